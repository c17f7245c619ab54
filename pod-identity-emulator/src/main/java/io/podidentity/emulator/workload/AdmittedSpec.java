package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the webhook has added to a pod, written into the specification in the pod's object. */
public final class AdmittedSpec {

    private static final String NAME = "name";

    private AdmittedSpec() {}

    /**
     * Adds to a pod's specification what it was admitted with.
     *
     * @param spec as it was written; it is changed, and so are its containers
     */
    public static void into(Map<String, Object> spec, Admitted admitted) {
        PodSpec changed = admitted.pod().spec();
        String volume = admitted.volume().name();
        change(spec, "initContainers", changed.initContainers(), volume);
        change(spec, "containers", changed.containers(), volume);
        List<Map<String, Object>> volumes = objects(spec, "volumes");
        put(volumes, projected(admitted.volume(), admitted.token()));
        spec.put("volumes", volumes);
    }

    private static Map<String, Object> projected(Volume volume, Volume.TokenProjection token) {
        var sources = new ArrayList<Map<String, Object>>();
        sources.add(Map.of(
                "serviceAccountToken",
                Map.of(
                        "audience", token.audience(),
                        "expirationSeconds", token.expirationSeconds(),
                        "path", token.path())));
        if (!volume.authorities().isEmpty()) {
            Map<String, Object> item = Map.of("key", "ca.crt", "path", IdentityBindings.CA_FILE);
            sources.add(
                    Map.of("configMap", Map.of(NAME, volume.authorities(), "items", List.of(item), "optional", false)));
        }
        var object = new LinkedHashMap<String, Object>();
        object.put(NAME, volume.name());
        object.put("projected", Map.of("defaultMode", 420, "sources", sources));
        return object;
    }

    private static void change(Map<String, Object> spec, String field, List<Container> changed, String volume) {
        if (changed.isEmpty()) {
            return;
        }
        List<Map<String, Object>> before = objects(spec, field);
        var after = new ArrayList<Map<String, Object>>();
        for (Container container : changed) {
            Map<String, Object> object = before.stream()
                    .filter(one -> container.name().equals(one.get(NAME)))
                    .findFirst()
                    .orElseGet(() -> injected(container));
            addMissing(
                    object,
                    "env",
                    container.env().stream().map(AdmittedSpec::variable).toList());
            List<Map<String, Object>> mounts = objects(object, "volumeMounts");
            container.volumeMounts().stream()
                    .filter(mount -> mount.name().equals(volume))
                    .findFirst()
                    .ifPresent(mount -> put(mounts, mount(mount)));
            if (!mounts.isEmpty()) {
                object.put("volumeMounts", mounts);
            }
            after.add(object);
        }
        spec.put(field, after);
    }

    private static Map<String, Object> injected(Container container) {
        var object = new LinkedHashMap<String, Object>();
        object.put(NAME, container.name());
        object.put("image", container.image());
        if (!container.args().isEmpty()) {
            object.put("args", container.args());
        }
        if (!container.restartPolicy().isEmpty()) {
            object.put("restartPolicy", container.restartPolicy());
        }
        object.putAll(container.rest());
        return object;
    }

    private static Map<String, Object> variable(Container.EnvironmentVariable variable) {
        var object = new LinkedHashMap<String, Object>();
        object.put(NAME, variable.name());
        if (variable.value() != null) {
            object.put("value", variable.value());
        }
        return object;
    }

    private static Map<String, Object> mount(VolumeMount mount) {
        var object = new LinkedHashMap<String, Object>();
        object.put(NAME, mount.name());
        object.put("mountPath", mount.mountPath());
        object.put("readOnly", mount.readOnly());
        return object;
    }

    private static void addMissing(Map<String, Object> container, String field, List<Map<String, Object>> wanted) {
        List<Map<String, Object>> present = objects(container, field);
        wanted.stream().filter(one -> place(present, one) < 0).forEach(present::add);
        if (!present.isEmpty()) {
            container.put(field, present);
        }
    }

    /** In the place of the first one of that name, or last. */
    private static void put(List<Map<String, Object>> present, Map<String, Object> wanted) {
        int place = place(present, wanted);
        if (place < 0) {
            present.add(wanted);
        } else {
            present.set(place, wanted);
        }
    }

    private static int place(List<Map<String, Object>> present, Map<String, Object> wanted) {
        return present.stream()
                .map(one -> String.valueOf(one.get(NAME)))
                .toList()
                .indexOf(String.valueOf(wanted.get(NAME)));
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static List<Map<String, Object>> objects(Map<String, Object> object, String field) {
        var objects = new ArrayList<Map<String, Object>>();
        if (object.get(field) instanceof List<?> list) {
            list.forEach(one -> objects.add((Map<String, Object>) one));
        }
        return objects;
    }
}
