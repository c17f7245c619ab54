package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.List;

/**
 * A field that is not decoded as intended.
 *
 * @param object kind, namespace and name
 * @param path of the field, for example {@code spec.ResourceID}
 * @param message what is wrong and what to write
 * @param known the fields that are known beside an unknown one
 * @param meant the known field that differs only in letter case; empty of other kinds
 * @since 0.1.0
 */
public record Problem(
        Kind kind, Position position, String object, String path, String message, List<String> known, String meant) {

    public enum Kind {
        /** No such field; the profile ignores or drops it. */
        UNKNOWN_FIELD,
        /** No such field in the version of Kubernetes that is known here; a later one may have it. */
        UNKNOWN_TO_KUBERNETES,
        /** As both, but a known field differs only in letter case. */
        WRONG_CASE,
        /** A value of another type: the API server rejects the object, or the controllers cannot read it. */
        WRONG_TYPE
    }

    /** What the message says of an unknown field for which kubectl, as long as it validates, applies no such object. */
    static final String REFUSED = "kubectl refuses it";

    /** Whether kubectl or the API server takes no such object. */
    public boolean isRefused() {
        return isFatal() || message.contains(REFUSED);
    }

    /** Whether the object is lost with it. */
    public boolean isFatal() {
        return kind == Kind.WRONG_TYPE;
    }

    /** In one line, the place first. */
    @Override
    public String toString() {
        return position + ": " + object + ": " + message;
    }
}
