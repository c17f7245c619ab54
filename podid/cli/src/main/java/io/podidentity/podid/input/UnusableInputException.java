// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command is used rightly, but what it is to read cannot be used; so its usage would not help. */
@SuppressWarnings("serial")
public final class UnusableInputException extends ParameterException {

    public UnusableInputException(CommandLine command, String message) {
        super(command, message);
    }
}
