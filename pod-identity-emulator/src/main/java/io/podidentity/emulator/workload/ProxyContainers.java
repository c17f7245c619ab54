package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.PodSpec;
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
    private static final String IMAGES = "mcr.microsoft.com/oss/azure/workload-identity/";

    private final boolean nativeSidecar;

    ProxyContainers(boolean nativeSidecar) {
        this.nativeSidecar = nativeSidecar;
    }

    /** Whether the pod asks for it; only the key of the annotation counts, even {@code "false"} asks. */
    static boolean wantedBy(Map<String, String> podAnnotations) {
        return podAnnotations.containsKey(Keys.INJECT_PROXY);
    }

    /** @throws DeniedException if the annotation is not a 32-bit number */
    static int port(Map<String, String> podAnnotations) {
        String port = podAnnotations.get(Keys.PROXY_PORT);
        try {
            return port == null ? DEFAULT_PORT : (int) WholeNumber.parse(port, Integer.SIZE);
        } catch (DeniedException e) {
            throw new DeniedException("failed to parse proxy sidecar port: " + e.getMessage());
        }
    }

    /** @throws DeniedException if the pod shares the node's network, or names no port */
    PodSpec injectInto(PodSpec pod, Map<String, String> podAnnotations) {
        if (!wantedBy(podAnnotations)) {
            return pod;
        }
        if (pod.hostNetwork()) {
            throw new DeniedException("hostNetwork is set to true, cannot inject proxy sidecar");
        }
        int port = port(podAnnotations);
        List<Container> init = lacks(pod.initContainers(), INIT)
                ? plus(pod.initContainers(), pod.initContainers().size(), init(port))
                : pod.initContainers();
        return nativeSidecar
                ? pod.withContainers(withSidecar(init, port), pod.containers())
                : pod.withContainers(init, withSidecar(pod.containers(), port));
    }

    private static Container init(int port) {
        var env = List.of(new EnvironmentVariable("PROXY_PORT", Integer.toString(port)));
        return new Container(
                INIT, IMAGES + "proxy-init", List.of(), List.of(), env, List.of(), "", true, 0L, List.of("NET_ADMIN"));
    }

    private List<Container> withSidecar(List<Container> containers, int port) {
        if (!lacks(containers, SIDECAR)) {
            return containers;
        }
        var args = List.of("--proxy-port=" + port, "--log-level=info");
        String restartPolicy = nativeSidecar ? "Always" : "";
        var sidecar = new Container(
                SIDECAR,
                IMAGES + "proxy",
                List.of(),
                args,
                List.of(),
                List.of(),
                restartPolicy,
                false,
                null,
                List.of());
        return plus(containers, 0, sidecar);
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
