// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;

/**
 * What a pod is made of.
 *
 * @param serviceAccountName empty if the manifest names none; the cluster then takes {@code default}
 * @param hostNetwork whether it shares the node's network, where NMI sees nothing
 * @param nodeName where it runs; empty while it is not scheduled
 * @since 0.1.0
 */
public record PodSpec(
        String serviceAccountName,
        boolean hostNetwork,
        String nodeName,
        List<Container> initContainers,
        List<Container> containers,
        List<Volume> volumes) {

    /** The one node of the emulated cluster, where pods run unless their manifest names another. */
    public static final String NODE = "aks-nodepool1-00000000-0";

    public static final PodSpec EMPTY = new PodSpec("", false, NODE, List.of(), List.of(), List.of());

    public PodSpec {
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
        volumes = List.copyOf(volumes);
    }

    public PodSpec withServiceAccountName(String other) {
        return new PodSpec(other, hostNetwork, nodeName, initContainers, containers, volumes);
    }

    public PodSpec withHostNetwork(boolean other) {
        return new PodSpec(serviceAccountName, other, nodeName, initContainers, containers, volumes);
    }

    public PodSpec withContainers(List<Container> init, List<Container> main) {
        return new PodSpec(serviceAccountName, hostNetwork, nodeName, init, main, volumes);
    }

    public PodSpec withVolumes(List<Volume> others) {
        return new PodSpec(serviceAccountName, hostNetwork, nodeName, initContainers, containers, others);
    }
}
