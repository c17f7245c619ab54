package io.podidentity.podid.apiserver;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes into a pod's object what the webhook has added to the pod. */
final class Injection {

    private static final String NAME = "name";

    private Injection() {}

    static void into(Map<String, Object> spec, PodSpec changed) {
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
        Map<String, Object> account = Map.of(
                "audience", token.audience(), "expirationSeconds", token.expirationSeconds(), "path", token.path());
        return Map.of(
                NAME,
                name,
                "projected",
                Map.of("defaultMode", 420, "sources", List.of(Map.of("serviceAccountToken", account))));
    }

    private static void change(Map<String, Object> spec, String field, List<Container> changed) {
        for (Container container : changed) {
            Tree.maps(spec, field).stream()
                    .filter(one -> Tree.text(one, NAME).equals(container.name()))
                    .forEach(one -> change(one, container));
        }
    }

    private static void change(Map<String, Object> object, Container container) {
        List<Map<String, Object>> env = Tree.maps(object, "env");
        container.env().stream()
                .filter(one ->
                        env.stream().noneMatch(has -> Tree.text(has, NAME).equals(one.name())))
                .forEach(one -> {
                    var variable = new LinkedHashMap<String, Object>();
                    variable.put(NAME, one.name());
                    if (one.value() != null) {
                        variable.put("value", one.value());
                    }
                    env.add(variable);
                });
        object.put("env", env);
        List<Map<String, Object>> mounts = Tree.maps(object, "volumeMounts");
        container.volumeMounts().stream()
                .filter(one ->
                        mounts.stream().noneMatch(has -> Tree.text(has, NAME).equals(one.name())))
                .forEach(one -> mounts.add(
                        new LinkedHashMap<>(Map.of(NAME, one.name(), "mountPath", one.mountPath(), "readOnly", true))));
        object.put("volumeMounts", mounts);
    }
}
