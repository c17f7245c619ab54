// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

/** What {@link Planner} decides about one pod. */
sealed interface PodDecision {

    /** The pod moves to workload identity. */
    record Move(PodMove move) implements PodDecision {}

    /**
     * The pod stays as it is, since its label gets it no identity today, or the identity is not that of a binding.
     *
     * @param pod its namespace and name
     */
    record Stay(String pod, String reason) implements PodDecision {}

    /**
     * The pod gets an identity today, and cannot move before a person has done or decided something.
     *
     * @param subject the object; if the object has several pods, also the pod
     * @param question what to do or decide
     */
    record Ask(String subject, String question) implements PodDecision {}

    /** The pod does not use pod identity. */
    record Unrelated() implements PodDecision {}
}
