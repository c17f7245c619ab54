// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.workload.Annotations.DeniedException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The two containers that serve a program that still asks the metadata service: one redirects its requests, and one
 * answers them by workload identity.
 *
 * @since 0.1.0
 */
public record ProxyContainers(WebhookVersion version, boolean nativeSidecar) {

    private static final String INIT = "azwi-proxy-init";
    private static final String SIDECAR = "azwi-proxy";

    private static final String INIT_FIELDS = """
        {"imagePullPolicy": "IfNotPresent",
         "securityContext": {
           "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
           "privileged": true, "runAsNonRoot": false, "runAsUser": 0}}
        """;

    private static final String SIDECAR_FIELDS = """
        {"imagePullPolicy": "IfNotPresent",
         "ports": [{"containerPort": %1$d}],
         "lifecycle": {"postStart": {"exec": {
           "command": ["/proxy", "--proxy-port=%1$d", "--probe", "--log-level=info"]}}},
         "securityContext": {
           "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "privileged": false,
           "readOnlyRootFilesystem": true, "runAsNonRoot": true}}
        """;

    /** Whether the pod asks for it; only the key of the annotation counts, even {@code "false"} asks. */
    public static boolean wantedBy(Map<String, String> podAnnotations) {
        return podAnnotations.containsKey(Keys.INJECT_PROXY);
    }

    /** Whether it is the one that answers. */
    public static boolean isSidecar(Container container) {
        return container.name().equals(SIDECAR);
    }

    /** @throws DeniedException if the pod shares the node's network, or names no port */
    PodSpec injectInto(PodSpec pod, Map<String, String> podAnnotations) {
        if (!wantedBy(podAnnotations)) {
            return pod;
        }
        if (pod.hostNetwork()) {
            throw new DeniedException("hostNetwork is set to true, cannot inject proxy sidecar");
        }
        int port = Annotations.proxyPort(podAnnotations);
        List<Container> initContainers =
                with(pod.initContainers(), pod.initContainers().size(), redirector(port));
        if (nativeSidecar) {
            return pod.withContainers(with(initContainers, 0, sidecar(port, "Always")), pod.containers());
        }
        return pod.withContainers(initContainers, with(pod.containers(), 0, sidecar(port, "")));
    }

    /** Redirects the requests of the pod to the sidecar's port. */
    private Container redirector(int port) {
        return new Container(
                INIT,
                image("proxy-init"),
                List.of(),
                List.of(),
                List.of(new EnvironmentVariable("PROXY_PORT", Integer.toString(port))),
                List.of(),
                "",
                json(INIT_FIELDS));
    }

    private Container sidecar(int port, String restartPolicy) {
        return new Container(
                SIDECAR,
                image("proxy"),
                List.of(),
                List.of("--proxy-port=" + port, "--log-level=info"),
                List.of(),
                List.of(),
                restartPolicy,
                json(SIDECAR_FIELDS.formatted(port)));
    }

    private String image(String name) {
        return "mcr.microsoft.com/oss/azure/workload-identity/" + name + ":" + version.tag;
    }

    private static Map<String, Object> json(String fields) {
        try {
            return Json.object(fields);
        } catch (ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With the container in that place, unless there is one of its name. */
    private static List<Container> with(List<Container> containers, int place, Container container) {
        if (containers.stream().anyMatch(present -> present.name().equals(container.name()))) {
            return containers;
        }
        var all = new ArrayList<>(containers);
        all.add(place, container);
        return all;
    }
}
