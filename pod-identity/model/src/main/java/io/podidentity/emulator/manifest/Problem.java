// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Position;
import java.util.List;

/**
 * A field that is not decoded as intended.
 *
 * @param path of the field, for example {@code spec.ResourceID}
 * @param message for people: what is wrong and what to write
 * @since 0.1.0
 */
public record Problem(Position position, ObjectRef object, String path, Mistake mistake, String message) {

    /** What is wrong with the field. */
    public sealed interface Mistake {

        /**
         * There is no such field, and the cluster drops or ignores it.
         *
         * @param name of the field as it is written
         * @param known the fields that there are in its place
         * @param isOfPodIdentity whether the object is one of aad-pod-identity, of which all fields are known; a later
         *     version of Kubernetes may know a field of another object
         * @param isRefused whether kubectl, as long as it validates, applies no such object
         */
        record UnknownField(String name, List<String> known, boolean isOfPodIdentity, boolean isRefused)
                implements Mistake {}

        /**
         * As an unknown field, but a known one differs only in letter case.
         *
         * @param meant the known field
         */
        record WrongCase(String name, String meant, boolean isRefused) implements Mistake {}

        /**
         * The value is of another type: the API server refuses the object, or the controllers cannot read it.
         *
         * @param expected the type that the field has, in the words of the schema, such as {@code string}
         */
        record WrongType(String expected) implements Mistake {}

        /** The value has the right type, and the API server refuses it all the same. */
        record InvalidValue() implements Mistake {}
    }

    /** Whether kubectl or the API server takes no such object. */
    public boolean isRefused() {
        if (mistake instanceof Mistake.UnknownField unknown) {
            return unknown.isRefused();
        }
        if (mistake instanceof Mistake.WrongCase wrongCase) {
            return wrongCase.isRefused();
        }
        return true;
    }

    /** Whether the object is lost because of it. */
    public boolean isFatal() {
        return mistake instanceof Mistake.WrongType || mistake instanceof Mistake.InvalidValue;
    }

    /** In one line, the place first. */
    @Override
    public String toString() {
        return position + ": " + object + ": " + message;
    }
}
