// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.manifest.ManifestException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Reads a duration as users write it. */
final class DurationText {

    private DurationText() {}

    /**
     * Reads a duration such as {@code 90s}, {@code 10m} and {@code 1h30m}.
     *
     * @throws ManifestException if it is none; the message says how it is written
     */
    static Duration parse(String text) {
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw new ManifestException("\"" + text + "\" is not a duration: write it as 90s, 10m or 1h30m");
        }
    }
}
