// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * MIC's assignment of an identity to a pod.
 *
 * @param identity a full copy, as it was when the object was written
 * @param binding a full copy
 * @param nodeName where the pod runs
 * @since 0.1.0
 */
public record AzureAssignedIdentity(
        Metadata metadata,
        AzureIdentity identity,
        AzureIdentityBinding binding,
        ObjectName pod,
        String nodeName,
        State state)
        implements KubernetesObject {

    /** How far the assignment is. */
    public enum State {
        /** Written by version 1.4 or older, which knew no states. */
        NONE(""),
        /** The object exists, the node has not got the identity yet. */
        CREATED("Created"),
        /** The node has the identity. */
        ASSIGNED("Assigned"),
        /** The node has lost it, the object is about to go. */
        UNASSIGNED("Unassigned");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** As {@code status.status} has it. */
        public String text() {
            return text;
        }
    }

    public AzureAssignedIdentity withName(ObjectName other) {
        return new AzureAssignedIdentity(metadata.withName(other), identity, binding, pod, nodeName, state);
    }

    public AzureAssignedIdentity withState(State other) {
        return new AzureAssignedIdentity(metadata, identity, binding, pod, nodeName, other);
    }
}
