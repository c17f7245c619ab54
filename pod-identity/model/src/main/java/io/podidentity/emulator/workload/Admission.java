// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happens to a pod when it is created.
 *
 * @since 0.1.0
 */
public sealed interface Admission {

    /** The webhook is not asked, since the pod lacks the label; the pod stays as it is. */
    record NotSelected() implements Admission {}

    /**
     * The pod is created.
     *
     * @param pod as the webhook changed it
     * @param volume in which the token is projected into it
     * @param token what is projected
     */
    record Admitted(Pod pod, Volume volume, TokenProjection token) implements Admission {

        private static final String NAME = "name";

        /**
         * Adds to a pod's specification what it was admitted with, and removes what the webhook does not know.
         *
         * @param spec as it was written; it is changed, and so are its containers
         */
        public void into(Map<String, Object> spec) {
            NewerFields.removeFrom(spec);
            change(spec, "initContainers", pod.spec().initContainers(), volume.name());
            change(spec, "containers", pod.spec().containers(), volume.name());
            List<Map<String, Object>> volumes = objects(spec, "volumes");
            put(volumes, projected(volume, token));
            spec.put("volumes", volumes);
        }

        private static Map<String, Object> projected(Volume volume, TokenProjection token) {
            var sources = new ArrayList<Map<String, Object>>();
            sources.add(Map.of(
                    "serviceAccountToken",
                    Map.of(
                            "audience", token.audience(),
                            "expirationSeconds", token.expirationSeconds(),
                            "path", token.path())));
            if (!volume.authorities().isEmpty()) {
                Map<String, Object> item = Map.of("key", "ca.crt", "path", IdentityBindings.CA_FILE);
                sources.add(Map.of(
                        "configMap", Map.of(NAME, volume.authorities(), "items", List.of(item), "optional", false)));
            }
            return Map.of(NAME, volume.name(), "projected", Map.of("defaultMode", 420, "sources", sources));
        }

        private static void change(Map<String, Object> spec, String field, List<Container> changed, String volume) {
            List<Map<String, Object>> before = objects(spec, field);
            var after = new ArrayList<Map<String, Object>>();
            for (Container container : changed) {
                int place = indexOf(container.name(), before);
                Map<String, Object> object = place < 0 ? injected(container) : before.get(place);
                after.add(changed(object, container, volume));
            }
            if (!after.isEmpty()) {
                spec.put(field, after);
            }
        }

        private static Map<String, Object> changed(Map<String, Object> object, Container container, String volume) {
            // One whose value comes from elsewhere is there already.
            addMissing(
                    object,
                    "env",
                    container.env().stream()
                            .filter(variable -> variable.value() != null)
                            .map(Admitted::variable)
                            .toList());
            List<Map<String, Object>> mounts = objects(object, "volumeMounts");
            container.volumeMounts().stream()
                    .filter(mount -> mount.name().equals(volume))
                    .findFirst()
                    .map(Admitted::mount)
                    .ifPresent(mount -> put(mounts, mount));
            if (!mounts.isEmpty()) {
                object.put("volumeMounts", mounts);
            }
            return object;
        }

        private static Map<String, Object> mount(VolumeMount mount) {
            return Map.of(NAME, mount.name(), "mountPath", mount.mountPath(), "readOnly", mount.readOnly());
        }

        private static Map<String, Object> variable(EnvironmentVariable variable) {
            var object = named(variable.name());
            object.put("value", requireNonNull(variable.value()));
            return object;
        }

        /** Adds to that list those whose name nothing in it has: a pod can pass a webhook more than once. */
        public static void addMissing(Map<String, Object> object, String field, List<Map<String, Object>> wanted) {
            List<Map<String, Object>> present = objects(object, field);
            for (Map<String, Object> element : wanted) {
                if (indexOf(element, present) < 0) {
                    present.add(element);
                }
            }
            if (!present.isEmpty()) {
                object.put(field, present);
            }
        }

        private static Map<String, Object> injected(Container container) {
            var object = named(container.name());
            object.put("image", container.image());
            object.putAll(container.rest());
            if (!container.args().isEmpty()) {
                object.put("args", container.args());
            }
            if (!container.restartPolicy().isEmpty()) {
                object.put("restartPolicy", container.restartPolicy());
            }
            return object;
        }

        private static Map<String, Object> named(String name) {
            var object = new LinkedHashMap<String, Object>();
            object.put(NAME, name);
            return object;
        }

        /** In the place of the first one of that name, or last. */
        private static void put(List<Map<String, Object>> present, Map<String, Object> wanted) {
            int place = indexOf(wanted, present);
            if (place < 0) {
                present.add(wanted);
            } else {
                present.set(place, wanted);
            }
        }

        /** The index of the first object that has the name of another one; -1 if none has. */
        private static int indexOf(Map<String, Object> named, List<Map<String, Object>> present) {
            return indexOf(String.valueOf(named.get(NAME)), present);
        }

        private static int indexOf(String name, List<Map<String, Object>> present) {
            return present.stream()
                    .map(object -> String.valueOf(object.get(NAME)))
                    .toList()
                    .indexOf(name);
        }

        /** The objects in that list, which is a new one; empty if there is none. */
        @SuppressWarnings("unchecked") // keys of JSON objects are strings
        public static List<Map<String, Object>> objects(Map<String, Object> object, String field) {
            var objects = new ArrayList<Map<String, Object>>();
            if (object.get(field) instanceof List<?> list) {
                list.forEach(element -> objects.add((Map<String, Object>) element));
            }
            return objects;
        }
    }

    /**
     * The pod is not created.
     *
     * @param reason what the API server says
     */
    record Denied(String reason) implements Admission {}
}
