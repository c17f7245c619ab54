// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

/** It is not certain that a change would do what is meant; the message says why, and begins with the place. */
@SuppressWarnings("serial")
public final class UneditableException extends RuntimeException {

    UneditableException(String place, String reason) {
        super(place + ": " + reason);
    }
}
