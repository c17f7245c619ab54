// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.manifest.ManifestException;

/** A name and a value, separated by an equals sign; a value may contain more of them. */
record NameAndValue(String name, String value) {

    /** @throws ManifestException if the text of the option has another form */
    static NameAndValue parse(String option, String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new ManifestException(option + " needs the form NAME=VALUE, not \"" + text + "\"");
        }
        return new NameAndValue(
                text.substring(0, equals).strip(), text.substring(equals + 1).strip());
    }
}
