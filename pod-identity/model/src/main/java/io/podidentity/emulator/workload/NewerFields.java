// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Fields of pods that Kubernetes has got since version 1.31, with whose library the webhook was built. It reads a pod
 * into that library's types and writes it back, and what the types lack is gone. Clusters without the webhook keep
 * such fields.
 *
 * @see <a href="https://github.com/Azure/azure-workload-identity/issues/1751">how users notice it</a>
 *
 * @since 0.1.0
 */
public final class NewerFields {

    /** In a path each element of a list. */
    public static final String EACH = "*";

    private static final List<List<String>> OF_PODS = List.of(
            List.of("resources"),
            List.of("hostnameOverride"),
            List.of("workloadRef"),
            List.of("schedulingGroup"),
            List.of("securityContext", "seLinuxChangePolicy"),
            List.of("volumes", EACH, "projected", "sources", EACH, "podCertificate"));

    private static final List<List<String>> OF_CONTAINERS = List.of(
            List.of("restartPolicyRules"),
            List.of("lifecycle", "stopSignal"),
            List.of("env", EACH, "valueFrom", "fileKeyRef"));

    private NewerFields() {}

    /** Their paths in a pod's specification. */
    public static List<List<String>> paths() {
        return Stream.of(OF_PODS.stream(), below("initContainers"), below("containers"))
                .flatMap(paths -> paths)
                .toList();
    }

    private static Stream<List<String>> below(String containers) {
        return OF_CONTAINERS.stream().map(path -> {
            var whole = new ArrayList<>(List.of(containers, EACH));
            whole.addAll(path);
            return List.copyOf(whole);
        });
    }

    /** Removes them from a pod's specification, which is changed with all that is in it. */
    static void removeFrom(Map<String, Object> spec) {
        paths().forEach(path -> remove(spec, path));
    }

    private static void remove(Object within, List<String> path) {
        String name = path.get(0);
        List<String> below = path.subList(1, path.size());
        if (name.equals(EACH) && within instanceof List<?> list) {
            list.forEach(element -> remove(element, below));
        } else if (within instanceof Map<?, ?> object) {
            if (below.isEmpty()) {
                object.remove(name);
            } else if (object.get(name) != null) {
                remove(object.get(name), below);
            }
        }
    }
}
