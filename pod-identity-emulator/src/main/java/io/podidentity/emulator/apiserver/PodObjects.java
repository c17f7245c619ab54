package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods as they run: with what the webhook has added, on a node, with an address. */
final class PodObjects {

    static final String NODE_ADDRESS = "10.224.0.4";

    private static final String SPEC = "spec";
    private static final String NAME = "name";

    private PodObjects() {}

    /**
     * The pod as a cluster shows it.
     *
     * @param source as it was created
     * @param pod the same, as the emulator plays it
     * @param address of the pod itself
     * @param since when it was started
     */
    static Map<String, Object> running(
            Map<String, Object> source, Pod pod, Optional<Admission> admission, String address, String since) {
        Map<String, Object> object = Tree.copy(source);
        Map<String, Object> spec = Tree.made(object, SPEC);
        if (admission.orElse(null) instanceof Admitted admitted) {
            change(spec, admitted);
        }
        spec.putIfAbsent("serviceAccountName", "default");
        spec.putIfAbsent("nodeName", PodSpec.NODE);
        String host = pod.spec().hostNetwork() ? NODE_ADDRESS : address;
        Map<String, Object> status = Tree.made(object, "status");
        boolean running = pod.phase().equals("Running");
        status.putIfAbsent("phase", pod.phase());
        status.putIfAbsent("startTime", since);
        status.putIfAbsent("hostIP", NODE_ADDRESS);
        if (pod.isAlive()) {
            status.putIfAbsent("podIP", host);
            status.putIfAbsent("podIPs", List.of(Map.of("ip", host)));
        }
        status.putIfAbsent("conditions", List.of(Map.of("type", "Ready", "status", running ? "True" : "False")));
        status.putIfAbsent("containerStatuses", statuses(Tree.maps(spec, "containers"), running, since));
        return object;
    }

    private static List<Map<String, Object>> statuses(
            List<Map<String, Object>> containers, boolean running, String since) {
        return containers.stream()
                .map(container -> {
                    var status = new LinkedHashMap<String, Object>();
                    status.put(NAME, Tree.text(container, NAME));
                    status.put("image", Tree.text(container, "image"));
                    status.put("imageID", "");
                    status.put("ready", running);
                    status.put("started", running);
                    status.put("restartCount", 0);
                    status.put(
                            "state",
                            running ? Map.of("running", Map.of("startedAt", since)) : Map.of("waiting", Map.of()));
                    return (Map<String, Object>) status;
                })
                .toList();
    }

    /** Makes the same changes to the object that the webhook has made to the pod. */
    private static void change(Map<String, Object> spec, Admitted admitted) {
        PodSpec changed = admitted.pod().spec();
        String volume = admitted.volume().name();
        change(spec, "initContainers", changed.initContainers(), volume);
        change(spec, "containers", changed.containers(), volume);
        List<Map<String, Object>> volumes = Tree.maps(spec, "volumes");
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
        List<Map<String, Object>> before = Tree.maps(spec, field);
        var after = new ArrayList<Map<String, Object>>();
        for (Container container : changed) {
            Map<String, Object> object = before.stream()
                    .filter(one -> Tree.text(one, NAME).equals(container.name()))
                    .findFirst()
                    .orElseGet(() -> injected(container));
            addMissing(
                    object,
                    "env",
                    container.env().stream().map(PodObjects::variable).toList());
            List<Map<String, Object>> mounts = Tree.maps(object, "volumeMounts");
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
        List<Map<String, Object>> present = Tree.maps(container, field);
        List<String> names = present.stream().map(one -> Tree.text(one, NAME)).toList();
        wanted.stream().filter(one -> !names.contains(Tree.text(one, NAME))).forEach(present::add);
        if (!present.isEmpty()) {
            container.put(field, present);
        }
    }

    /** In the place of the first one of that name, or last. */
    private static void put(List<Map<String, Object>> present, Map<String, Object> wanted) {
        String name = Tree.text(wanted, NAME);
        int place = present.stream().map(one -> Tree.text(one, NAME)).toList().indexOf(name);
        if (place < 0) {
            present.add(wanted);
        } else {
            present.set(place, wanted);
        }
    }
}
