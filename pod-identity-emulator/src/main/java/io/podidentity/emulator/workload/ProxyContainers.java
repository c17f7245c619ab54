package io.podidentity.emulator.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The two containers that serve a program that still asks the metadata service: one redirects its requests, and one
 * answers them by workload identity.
 */
final class ProxyContainers {

    static final String INIT = "azwi-proxy-init";
    static final String SIDECAR = "azwi-proxy";

    private static final int DEFAULT_PORT = 8000;

    private final boolean nativeSidecar;

    ProxyContainers(boolean nativeSidecar) {
        this.nativeSidecar = nativeSidecar;
    }

    /** Whether the pod asks for it; only the key of the annotation counts, even {@code "false"} asks. */
    static boolean wantedBy(Map<String, String> podAnnotations) {
        return podAnnotations.containsKey(Keys.INJECT_PROXY);
    }

    /** @throws DeniedException if the annotation is no number of 32 bits */
    static int port(Map<String, String> podAnnotations) {
        String port = podAnnotations.get(Keys.PROXY_PORT);
        try {
            return port == null ? DEFAULT_PORT : (int) WholeNumber.parse(port, Integer.SIZE);
        } catch (DeniedException e) {
            throw new DeniedException("failed to parse proxy sidecar port: " + e.getMessage());
        }
    }

    /** @throws DeniedException if the pod shares the node's network, or names no port */
    WorkloadPod injectInto(WorkloadPod pod) {
        if (!wantedBy(pod.annotations())) {
            return pod;
        }
        if (pod.hostNetwork()) {
            throw new DeniedException("hostNetwork is set to true, cannot inject proxy sidecar");
        }
        int port = port(pod.annotations());
        List<Container> init = lacks(pod.initContainers(), INIT)
                ? plus(pod.initContainers(), pod.initContainers().size(), init(port))
                : pod.initContainers();
        return nativeSidecar
                ? pod.withContainers(withSidecar(init), pod.containers())
                : pod.withContainers(init, withSidecar(pod.containers()));
    }

    private static Container init(int port) {
        return new Container(INIT, Map.of("PROXY_PORT", Integer.toString(port)));
    }

    private List<Container> withSidecar(List<Container> containers) {
        var sidecar = new Container(SIDECAR, Map.of(), List.of(), nativeSidecar ? "Always" : null);
        return lacks(containers, SIDECAR) ? plus(containers, 0, sidecar) : containers;
    }

    private static boolean lacks(List<Container> containers, String name) {
        return containers.stream().noneMatch(container -> container.name().equals(name));
    }

    private static List<Container> plus(List<Container> containers, int place, Container container) {
        var all = new ArrayList<>(containers);
        all.add(place, container);
        return all;
    }
}
