// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Position;
import java.util.List;

/**
 * Something that is wrong. Immutable.
 *
 * @param object the object that the finding is about; a document where there is no object
 * @param field the path of the field that the finding is about; empty for the object itself
 * @param message what is wrong here, without a full stop
 * @param remedy what to do here, with the corrected line where there is one
 * @param edits the changes that do it, if they are certain; otherwise none
 */
public record Finding(
        About about,
        Severity severity,
        Position position,
        ObjectRef object,
        String field,
        String message,
        String remedy,
        List<Edit> edits) {

    public Finding withSeverity(Severity other) {
        return new Finding(about, other, position, object, field, message, remedy, edits);
    }

    public Finding withRemedy(String other) {
        return new Finding(about, severity, position, object, field, message, other, edits);
    }

    public Finding withPosition(Position other) {
        return new Finding(about, severity, other, object, field, message, remedy, edits);
    }

    /** Whether the finding is at least that bad. Information never is. */
    public boolean isAtLeast(Severity least) {
        return severity != Severity.INFO && severity.compareTo(least) >= 0;
    }

    /** What stays the same when lines move. */
    public String fingerprint() {
        return fingerprint(about.rule(), object.toString(), message);
    }

    public static String fingerprint(String rule, String object, String message) {
        return rule + "|" + object + "|" + message;
    }
}
