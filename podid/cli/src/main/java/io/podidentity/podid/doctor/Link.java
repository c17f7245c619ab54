// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectRef;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One thing that must be so for a pod to get a token, or why it is not, or why that is not known.
 *
 * @param about the object that the link is about, if that is not the workload itself
 */
record Link(String name, State state, String what, List<String> next, Optional<ObjectRef> about) {

    enum State {
        OK("ok"),
        FAILED("FAILED"),
        /** The user may not see it, or it is too early to say. */
        UNKNOWN("?"),
        /** It was not asked for, or does not concern this pod. */
        SKIPPED("-");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Link ok(String name, String what) {
        return new Link(name, State.OK, what, List.of(), Optional.empty());
    }

    static Link failed(String name, String what, String... next) {
        return new Link(name, State.FAILED, what, List.of(next), Optional.empty());
    }

    static Link failed(String name, String what, List<String> next) {
        return new Link(name, State.FAILED, what, next, Optional.empty());
    }

    static Link unknown(String name, String why, String... next) {
        return new Link(name, State.UNKNOWN, why, List.of(next), Optional.empty());
    }

    static Link unknown(String name, String why, List<String> next) {
        return new Link(name, State.UNKNOWN, why, next, Optional.empty());
    }

    static Link skipped(String name, String why) {
        return new Link(name, State.SKIPPED, why, List.of(), Optional.empty());
    }

    Link withObject(ObjectRef object) {
        return new Link(name, state, what, next, Optional.of(object));
    }

    boolean isFailed() {
        return state == State.FAILED;
    }
}
