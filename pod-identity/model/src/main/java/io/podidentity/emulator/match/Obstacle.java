// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

/**
 * Why a pod does not get an identity.
 *
 * @since 0.1.0
 */
public enum Obstacle {
    /** Of the pod: it lacks the label; without MIC, also no binding has an empty selector. */
    NO_LABEL,
    /** Of the pod: its label is empty. */
    EMPTY_LABEL,
    /** Of the pod: it is not scheduled. */
    NO_NODE,
    /** Of the pod: no binding has its label as selector. */
    NO_BINDING,
    /** Of a binding: its namespace has no identity of the name that it names. */
    IDENTITY_MISSING,
    /** Of a binding: MIC ignores its identity, since the resource ID is malformed. */
    INVALID_RESOURCE_ID,
    /** Of a binding: it or its identity is restricted to its namespace, and the pod is in another. */
    OTHER_NAMESPACE,
    /** Of a binding: an identity of the same name, from another binding, takes its place. */
    NAME_COLLISION
}
