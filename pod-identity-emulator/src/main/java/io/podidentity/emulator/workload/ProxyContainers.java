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
record ProxyContainers(WebhookVersion version, boolean nativeSidecar) {

    static final String INIT = "azwi-proxy-init";
    static final String SIDECAR = "azwi-proxy";

    private static final int DEFAULT_PORT = 8000;
    private static final String IMAGES = "mcr.microsoft.com/oss/azure/workload-identity/";

    private static final String PULL_POLICY = "imagePullPolicy";
    private static final String PULL_IF_NOT_PRESENT = "IfNotPresent";
    private static final String SECURITY = "securityContext";
    private static final String LOG_LEVEL = "--log-level=info";

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

    private Container init(int port) {
        var env = List.of(new EnvironmentVariable("PROXY_PORT", Integer.toString(port)));
        Map<String, Object> security = Map.of(
                "capabilities",
                Map.of("add", List.of("NET_ADMIN"), "drop", List.of("ALL")),
                "privileged",
                true,
                "runAsNonRoot",
                false,
                "runAsUser",
                0L);
        return new Container(
                INIT,
                image("proxy-init"),
                List.of(),
                List.of(),
                env,
                List.of(),
                "",
                Map.of(PULL_POLICY, PULL_IF_NOT_PRESENT, SECURITY, security));
    }

    private List<Container> withSidecar(List<Container> containers, int port) {
        if (!lacks(containers, SIDECAR)) {
            return containers;
        }
        String portArgument = "--proxy-port=" + port;
        List<String> probe = List.of("/proxy", portArgument, "--probe", LOG_LEVEL);
        Map<String, Object> security = Map.of(
                "allowPrivilegeEscalation",
                false,
                "capabilities",
                Map.of("drop", List.of("ALL")),
                "privileged",
                false,
                "readOnlyRootFilesystem",
                true,
                "runAsNonRoot",
                true);
        Map<String, Object> rest = Map.of(
                PULL_POLICY,
                PULL_IF_NOT_PRESENT,
                "ports",
                List.of(Map.of("containerPort", port)),
                "lifecycle",
                Map.of("postStart", Map.of("exec", Map.of("command", probe))),
                SECURITY,
                security);
        var sidecar = new Container(
                SIDECAR,
                image("proxy"),
                List.of(),
                List.of(portArgument, LOG_LEVEL),
                List.of(),
                List.of(),
                nativeSidecar ? "Always" : "",
                rest);
        return plus(containers, 0, sidecar);
    }

    private String image(String name) {
        return IMAGES + name + ":" + version.tag();
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
