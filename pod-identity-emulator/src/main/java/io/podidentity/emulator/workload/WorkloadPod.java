package io.podidentity.emulator.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A pod, as far as the webhook is concerned. Immutable.
 *
 * @param name the pod's name; of a pod that a controller makes, its {@code generateName} and {@code " (prefix)"}
 * @param serviceAccountName as written; empty means {@code default}
 * @param volumes the projected token volumes alone
 */
public record WorkloadPod(
        String namespace,
        String name,
        Map<String, String> labels,
        Map<String, String> annotations,
        String serviceAccountName,
        boolean hostNetwork,
        List<Container> initContainers,
        List<Container> containers,
        List<TokenVolume> volumes) {

    public WorkloadPod {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
        volumes = List.copyOf(volumes);
    }

    /** The service account that it runs as. */
    public String serviceAccount() {
        return serviceAccountName.isEmpty() ? "default" : serviceAccountName;
    }

    WorkloadPod withContainers(List<Container> init, List<Container> main) {
        return new WorkloadPod(
                namespace, name, labels, annotations, serviceAccountName, hostNetwork, init, main, volumes);
    }

    /** Adds the volume, or puts it in place of the one of its name. */
    WorkloadPod with(TokenVolume volume) {
        var all = new ArrayList<>(volumes);
        all.removeIf(present -> present.name().equals(volume.name()));
        all.add(volume);
        return new WorkloadPod(
                namespace,
                name,
                labels,
                annotations,
                serviceAccountName,
                hostNetwork,
                initContainers,
                containers,
                all);
    }
}
