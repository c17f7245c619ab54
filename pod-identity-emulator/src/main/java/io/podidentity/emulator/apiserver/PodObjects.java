package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
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
            change(spec, admitted.pod().spec());
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
    private static void change(Map<String, Object> spec, PodSpec changed) {
        change(spec, "initContainers", changed.initContainers());
        change(spec, "containers", changed.containers());
        List<Map<String, Object>> volumes = Tree.maps(spec, "volumes");
        for (Volume volume : changed.volumes()) {
            if (volume.token() != null) {
                volumes.removeIf(one -> Tree.text(one, NAME).equals(volume.name()));
                volumes.add(projected(volume.name(), volume.token()));
            }
        }
        spec.put("volumes", volumes);
    }

    private static Map<String, Object> projected(String name, Volume.TokenProjection token) {
        Map<String, Object> source = Map.of(
                "serviceAccountToken",
                Map.of(
                        "audience", token.audience(),
                        "expirationSeconds", token.expirationSeconds(),
                        "path", token.path()));
        var volume = new LinkedHashMap<String, Object>();
        volume.put(NAME, name);
        volume.put("projected", Map.of("defaultMode", 420, "sources", List.of(source)));
        return volume;
    }

    private static void change(Map<String, Object> spec, String field, List<Container> changed) {
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
                    NAME,
                    container.env().stream().map(PodObjects::variable).toList());
            addMissing(
                    object,
                    "volumeMounts",
                    NAME,
                    container.volumeMounts().stream().map(PodObjects::mount).toList());
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
        if (container.privileged()) {
            object.put(
                    "securityContext",
                    Map.of(
                            "privileged",
                            true,
                            "runAsUser",
                            container.runAsUser() == null ? 0L : container.runAsUser(),
                            "capabilities",
                            Map.of("add", container.capabilities())));
        }
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

    private static Map<String, Object> mount(Container.VolumeMount mount) {
        var object = new LinkedHashMap<String, Object>();
        object.put(NAME, mount.name());
        object.put("mountPath", mount.mountPath());
        object.put("readOnly", mount.readOnly());
        return object;
    }

    private static void addMissing(
            Map<String, Object> container, String field, String key, List<Map<String, Object>> wanted) {
        List<Map<String, Object>> present = Tree.maps(container, field);
        List<String> names = present.stream().map(one -> Tree.text(one, key)).toList();
        wanted.stream().filter(one -> !names.contains(Tree.text(one, key))).forEach(present::add);
        if (!present.isEmpty()) {
            container.put(field, present);
        }
    }
}
