// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pod, or the one pod that stands for all replicas of a workload. The latter carries the workload's name without the
 * suffixes that a cluster would make up.
 *
 * @param metadata of the pod, or of the workload's template under the workload's name
 * @param owners what made it, nearest first; empty for a bare pod
 * @param phase {@code Running} unless the manifest says otherwise
 * @since 0.1.0
 */
public record Pod(Metadata metadata, PodSpec spec, List<Owner> owners, String phase) implements KubernetesObject {

    /** The label by which a pod asks for an identity. */
    public static final String BINDING_LABEL = "aadpodidbinding";

    /** What made a pod. */
    public record Owner(String kind, String name) {}

    public Pod {
        owners = List.copyOf(owners);
    }

    /** A running bare pod. */
    public static Pod of(String namespace, String name, Map<String, String> labels) {
        return new Pod(Metadata.of(namespace, name).withLabels(labels), PodSpec.EMPTY, List.of(), "Running");
    }

    public Map<String, String> labels() {
        return metadata.labels();
    }

    /** The value of {@value #BINDING_LABEL}, maybe empty, if the pod has that label. */
    public Optional<String> bindingLabel() {
        return Optional.ofNullable(metadata.labels().get(BINDING_LABEL));
    }

    /** The name of the ReplicaSet that owns it, empty if none does. */
    public String replicaSet() {
        return owners.stream()
                .filter(owner -> owner.kind().equals("ReplicaSet"))
                .map(Owner::name)
                .findFirst()
                .orElse("");
    }

    /** What made it in the end, if it is one of a cluster and not made up of a workload; the place of a remedy. */
    public Optional<Owner> workload() {
        return owners.stream()
                .reduce((nearest, farther) -> farther)
                .filter(owner -> !owner.name().equals(metadata.name().name()));
    }

    /** Whether a cluster has put it on a node, so that it stays as it was created. */
    public boolean isOnNode() {
        return !spec.nodeName().isEmpty() && !spec.nodeName().equals(PodSpec.NODE);
    }

    /** Whether its address is still its own: a pod that has ended has given it back. */
    public boolean isAlive() {
        return phase.equals("Running") || phase.equals("Pending");
    }
}
