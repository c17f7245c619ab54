package io.podidentity.emulator.apiserver;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectUid;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Denied;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes of manifests what a cluster would hold: the objects as they are written, what they make, and what every cluster
 * has.
 *
 * <p>Thread-safety: safe.
 */
final class LiveObjects {

    private static final String METADATA = "metadata";
    private static final String SPEC = "spec";
    private static final String STATUS = "status";

    /** The roles that every cluster has, and who has them. */
    private static final List<Map<String, Object>> ROLES = read("roles.yaml");

    private final ClusterState state;
    private final Clock clock;
    private final Map<String, String> created = new ConcurrentHashMap<>();

    /** @param clock by which objects are created */
    LiveObjects(ClusterState state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    private static List<Map<String, Object>> read(String resource) {
        try (InputStream in = requireNonNull(LiveObjects.class.getResourceAsStream(resource), resource)) {
            return YamlReader.read(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8)).stream()
                    .map(document -> Tree.of((Yaml.Mapping) document))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of them, as they are now. */
    ApiObjects now() {
        List<Manifest> manifests = state.manifests();
        Cluster cluster = state.now();
        var objects = new ApiObjects(new ApiResources(manifests));
        for (Manifest manifest : manifests) {
            ApiResource resource = objects.resources().of(manifest);
            objects.put(resource, asStored(resource, manifest));
        }
        cluster.all(AzureAssignedIdentity.class)
                .forEach(assigned -> objects.putIfAbsent(
                        objects.resources().ofKind(PodIdentityObjects.API_VERSION, "AzureAssignedIdentity"),
                        PodIdentityObjects.of(assigned)));
        addWhatEveryClusterHas(objects);
        addPods(objects, cluster);
        objects.all().forEach((resource, byName) -> byName.values().forEach(object -> complete(resource, object)));
        return objects;
    }

    /** As the API server stores it, which turns some fields into others. */
    private static Map<String, Object> asStored(ApiResource resource, Manifest manifest) {
        Map<String, Object> object = Tree.of(manifest.content());
        Map<String, Object> metadata = Tree.made(object, METADATA);
        if (resource.namespaced()) {
            metadata.put("namespace", manifest.name().namespace());
        } else {
            metadata.remove("namespace");
        }
        if (resource.kind().equals("Secret")) {
            Map<String, Object> data = Tree.made(object, "data");
            Tree.map(object, "stringData").forEach((key, value) -> data.put(key, base64(String.valueOf(value))));
            object.remove("stringData");
            object.putIfAbsent("type", "Opaque");
        }
        return object;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void addPods(ApiObjects objects, Cluster cluster) {
        ApiResource pods = objects.resources().ofKind("v1", "Pod");
        var workloads = new WorkloadObjects(objects);
        for (Pod pod : cluster.pods()) {
            Optional<Admission> admission = state.admission(pod.name());
            Optional<Map<String, Object>> source =
                    objects.find(pods, pod.name()).or(() -> workloads.podOf(pod));
            if (admission.orElse(null) instanceof Denied || source.isEmpty()) {
                objects.remove(pods, pod.name());
            } else {
                objects.put(
                        pods,
                        PodObjects.running(
                                source.get(),
                                pod,
                                admission,
                                state.address(pod.name()),
                                created(ObjectUid.of("Pod", pod.name()))));
            }
        }
        workloads.addStatus();
    }

    private static void addWhatEveryClusterHas(ApiObjects objects) {
        for (Map<String, Object> role : ROLES) {
            objects.putIfAbsent(
                    objects.resources().ofKind(Roles.API_VERSION, Tree.text(role, "kind")), Tree.copy(role));
        }
        var namespaces = new TreeSet<>(List.of("default", "kube-system"));
        objects.all()
                .values()
                .forEach(byName -> byName.keySet().stream()
                        .map(ObjectName::namespace)
                        .filter(namespace -> !namespace.isEmpty())
                        .forEach(namespaces::add));
        for (String namespace : namespaces) {
            objects.putIfAbsent(
                    objects.resources().ofKind("v1", "ServiceAccount"),
                    ApiObjects.named("v1", "ServiceAccount", new ObjectName(namespace, "default")));
            Map<String, Object> object = ApiObjects.named("v1", "Namespace", new ObjectName("", namespace));
            objects.putIfAbsent(objects.resources().ofKind("v1", "Namespace"), object);
        }
        objects.list("v1", "Namespace")
                .forEach(namespace -> Tree.made(namespace, STATUS).putIfAbsent("phase", "Active"));
        Map<String, Object> node = ApiObjects.named("v1", "Node", new ObjectName("", PodSpec.NODE));
        node.put(SPEC, new LinkedHashMap<>());
        node.put(
                STATUS,
                Map.of(
                        "addresses", List.of(Map.of("type", "InternalIP", "address", PodObjects.NODE_ADDRESS)),
                        "conditions", List.of(Map.of("type", "Ready", "status", "True"))));
        objects.putIfAbsent(objects.resources().ofKind("v1", "Node"), node);
    }

    private void complete(ApiResource resource, Map<String, Object> object) {
        ObjectName name = ApiObjects.name(object);
        Map<String, Object> metadata = Tree.made(object, METADATA);
        String uid = ObjectUid.of(resource.kind(), name);
        metadata.putIfAbsent("uid", uid);
        metadata.putIfAbsent("resourceVersion", Integer.toUnsignedString(object.hashCode()));
        metadata.putIfAbsent("creationTimestamp", created(uid));
    }

    /** When this server first saw the object. */
    private String created(String uid) {
        return created.computeIfAbsent(
                uid, key -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
