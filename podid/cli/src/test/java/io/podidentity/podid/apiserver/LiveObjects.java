// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Makes of manifests what a cluster would hold: the objects as they are written, and the pods that they make. */
final class LiveObjects {

    private static final String METADATA = "metadata";
    private static final String SPEC = "spec";
    private static final String SINCE = "2026-01-01T00:00:00Z";

    private final PodIdentityEmulator azure;
    private final Supplier<Manifests> applied;
    private final Webhook webhook;
    private final boolean recorded;

    /**
     * Knows an emulated cluster.
     *
     * @param applied what it was told last
     * @param bound whether it has an identity binding; the proxy's address in pods is none that answers
     * @param recorded whether the manifests are what a real cluster answered, to be shown as they are
     */
    LiveObjects(PodIdentityEmulator azure, Supplier<Manifests> applied, boolean bound, boolean recorded) {
        this.recorded = recorded;
        this.azure = azure;
        this.applied = applied;
        var proxy = new IdentityBindings("https://127.0.0.1:1", "token-proxy", azure.certificateAuthority());
        this.webhook = new Webhook(new WebhookSettings(
                WebhookVersion.V1_6_0,
                azure.tenantId(),
                azure.entra() + "/",
                true,
                bound ? Optional.of(proxy) : Optional.empty()));
    }

    /** The objects at one moment, by kind and name. */
    record Now(Map<ApiResource, Map<ObjectName, Map<String, Object>>> objects) {

        List<Map<String, Object>> list(ApiResource resource, String namespace) {
            return objects.getOrDefault(resource, Map.of()).entrySet().stream()
                    .filter(one ->
                            namespace.isEmpty() || one.getKey().namespace().equals(namespace))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        /** @throws ApiRefusal if it is not there */
        Map<String, Object> get(ApiResource resource, ObjectName name) {
            Map<String, Object> object =
                    objects.getOrDefault(resource, Map.of()).get(name);
            if (object == null) {
                throw ApiRefusal.notFound(resource.qualified() + " \"" + name.name() + "\" not found");
            }
            return object;
        }

        private void put(Map<String, Object> object) {
            ApiResource.ofKind(Tree.text(object, "kind")).ifPresent(resource -> {
                Map<String, Object> metadata = Tree.made(object, METADATA);
                if (resource.namespaced()) {
                    metadata.putIfAbsent("namespace", "default");
                } else {
                    metadata.remove("namespace");
                }
                var name = new ObjectName(Tree.text(metadata, "namespace"), Tree.text(metadata, "name"));
                metadata.putIfAbsent("uid", name.uid(resource.kind()));
                metadata.putIfAbsent("creationTimestamp", SINCE);
                objects.computeIfAbsent(resource, one -> new TreeMap<>()).put(name, object);
            });
        }
    }

    Now now() {
        List<Manifest> manifests = applied.get().objects();
        Cluster cluster = azure.cluster();
        var now = new Now(new LinkedHashMap<>());
        manifests.stream()
                .map(manifest -> manifest.name().namespace())
                .distinct()
                .forEach(namespace -> now.put(named("v1", "ServiceAccount", new ObjectName(namespace, "default"))));
        if (recorded) {
            manifests.forEach(manifest -> now.put(asStored(manifest)));
            return now;
        }
        cluster.all(AzureAssignedIdentity.class).forEach(assigned -> now.put(object(assigned)));
        manifests.stream()
                .filter(manifest -> !manifest.kind().equals("Pod"))
                .forEach(manifest -> now.put(asStored(manifest)));
        cluster.pods().forEach(pod -> add(pod, cluster, manifests, now));
        return now;
    }

    /** As the API server stores it, with the texts of a secret encoded. */
    private static Map<String, Object> asStored(Manifest manifest) {
        Map<String, Object> object = Tree.of(manifest.content());
        Tree.made(object, METADATA).put("namespace", manifest.name().namespace());
        if (manifest.kind().equals("Secret")) {
            Map<String, Object> data = Tree.made(object, "data");
            Tree.map(object, "stringData").forEach((key, value) -> data.put(key, base64(String.valueOf(value))));
            object.remove("stringData");
        }
        return object;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> named(String apiVersion, String kind, ObjectName name) {
        var object = new LinkedHashMap<String, Object>();
        object.put("apiVersion", apiVersion);
        object.put("kind", kind);
        Map<String, Object> metadata = Tree.made(object, METADATA);
        metadata.put("name", name.name());
        metadata.put("namespace", name.namespace());
        return object;
    }

    private static Map<String, Object> object(AzureAssignedIdentity assigned) {
        Map<String, Object> object = named("aadpodidentity.k8s.io/v1", "AzureAssignedIdentity", assigned.name());
        object.put(
                SPEC,
                Map.of(
                        "azureIdentityRef",
                        Map.of(
                                METADATA, metadata(assigned.identity().name()),
                                SPEC,
                                        Map.of(
                                                "type", assigned.identity().type(),
                                                "resourceID",
                                                        assigned.identity().resourceId(),
                                                "clientID", assigned.identity().clientId())),
                        "azureBindingRef",
                        Map.of(METADATA, metadata(assigned.binding().name())),
                        "pod",
                        assigned.pod().name(),
                        "podNamespace",
                        assigned.pod().namespace(),
                        "nodename",
                        assigned.nodeName()));
        object.put("status", Map.of("status", assigned.state().text()));
        return object;
    }

    private static Map<String, Object> metadata(ObjectName name) {
        return Map.of("name", name.name(), "namespace", name.namespace());
    }

    private void add(Pod pod, Cluster cluster, List<Manifest> manifests, Now now) {
        String account = Webhook.serviceAccount(pod);
        Optional<Map<String, String>> annotations = cluster.serviceAccount(new ObjectName(pod.namespace(), account))
                .map(one -> one.metadata().annotations());
        Admission admission = webhook.admit(
                pod, account.equals("default") ? annotations.or(() -> Optional.of(Map.of())) : annotations);
        if (!(admission instanceof Denied)) {
            source(pod, manifests, now).ifPresent(source -> now.put(running(source, pod, admission)));
        }
    }

    /** The pod before anything has changed it, as it is written or as the template of its workload says. */
    private static Optional<Map<String, Object>> source(Pod pod, List<Manifest> manifests, Now now) {
        Optional<Map<String, Object>> written = manifests.stream()
                .filter(one -> one.kind().equals("Pod") && one.name().equals(pod.name()))
                .findFirst()
                .map(LiveObjects::asStored);
        return written.or(() -> pod.owners().isEmpty() ? Optional.empty() : made(pod, now));
    }

    private static Optional<Map<String, Object>> made(Pod pod, Now now) {
        Pod.Owner maker = pod.owners().get(pod.owners().size() - 1);
        Pod.Owner owner = pod.owners().get(0);
        return ApiResource.ofKind(maker.kind())
                .flatMap(resource -> now.list(resource, pod.namespace()).stream()
                        .filter(one -> Tree.text(one, METADATA, "name").equals(maker.name()))
                        .findFirst())
                .map(workload -> {
                    Map<String, Object> template = Tree.copy(
                            maker.kind().equals("CronJob")
                                    ? Tree.map(workload, SPEC, "jobTemplate", SPEC, "template")
                                    : Tree.map(workload, SPEC, "template"));
                    Map<String, Object> object = named("v1", "Pod", pod.name());
                    Map<String, Object> metadata = Tree.made(object, METADATA);
                    Tree.map(template, METADATA).forEach(metadata::putIfAbsent);
                    metadata.put("ownerReferences", List.of(reference(owner)));
                    object.put(SPEC, Tree.map(template, SPEC));
                    if (!owner.equals(maker)) {
                        now.put(between(owner, maker, pod.namespace(), template));
                    }
                    return object;
                });
    }

    /** The ReplicaSet or Job that stands between a workload and its pod. */
    private static Map<String, Object> between(
            Pod.Owner owner, Pod.Owner maker, String namespace, Map<String, Object> template) {
        String apiVersion = ApiResource.ofKind(owner.kind()).orElseThrow().apiVersion();
        Map<String, Object> object = named(apiVersion, owner.kind(), new ObjectName(namespace, owner.name()));
        Tree.made(object, METADATA).put("ownerReferences", List.of(reference(maker)));
        object.put(SPEC, Map.of("template", template));
        return object;
    }

    private static Map<String, Object> reference(Pod.Owner owner) {
        return Map.of(
                "apiVersion", ApiResource.ofKind(owner.kind()).orElseThrow().apiVersion(),
                "kind", owner.kind(),
                "name", owner.name(),
                "controller", true);
    }

    private static Map<String, Object> running(Map<String, Object> object, Pod pod, Admission admission) {
        Map<String, Object> spec = Tree.made(object, SPEC);
        if (admission instanceof Admitted admitted) {
            admitted.into(spec);
        }
        spec.putIfAbsent("serviceAccountName", "default");
        spec.putIfAbsent("nodeName", PodSpec.NODE);
        Map<String, Object> status = Tree.made(object, "status");
        boolean ready = pod.phase().equals("Running");
        status.putIfAbsent("phase", pod.phase());
        status.putIfAbsent("startTime", SINCE);
        status.putIfAbsent("conditions", List.of(Map.of("type", "Ready", "status", ready ? "True" : "False")));
        status.putIfAbsent(
                "containerStatuses",
                Tree.maps(spec, "containers").stream()
                        .map(one -> Map.of("name", Tree.text(one, "name"), "ready", ready, "restartCount", 0))
                        .toList());
        return object;
    }
}
