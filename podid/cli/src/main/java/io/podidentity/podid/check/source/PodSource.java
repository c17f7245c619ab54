package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A pod and what is written about it.
 *
 * @param manifest the pod itself, or the workload that makes it
 * @param template where the pod's metadata and spec are
 */
public record PodSource(Pod pod, FieldLocation manifest, String kind, FieldLocation template) {

    private static final Map<String, List<String>> TEMPLATES = Map.of(
            "Pod", List.of(),
            "Deployment", List.of("spec", "template"),
            "ReplicaSet", List.of("spec", "template"),
            "StatefulSet", List.of("spec", "template"),
            "DaemonSet", List.of("spec", "template"),
            "ReplicationController", List.of("spec", "template"),
            "Job", List.of("spec", "template"),
            "CronJob", List.of("spec", "jobTemplate", "spec", "template"));

    public static PodSource of(Pod pod, Manifest manifest) {
        FieldLocation location = FieldLocation.of(manifest);
        return new PodSource(
                pod,
                location,
                manifest.kind(),
                location.at(templatePath(manifest.kind()).orElse(List.of())));
    }

    /** The keys that lead to the pod in an object of that kind; empty of a kind that makes no pods. */
    public static Optional<List<String>> templatePath(String kind) {
        return Optional.ofNullable(TEMPLATES.get(kind));
    }

    public String namespace() {
        return pod.namespace();
    }

    public FieldLocation label(String key) {
        return template.at("metadata", "labels", key);
    }

    public FieldLocation annotation(String key) {
        return template.at("metadata", "annotations", key);
    }

    public FieldLocation spec(String... keys) {
        return template.at("spec").at(keys);
    }

    public List<FieldLocation> containers() {
        return Stream.of("initContainers", "containers")
                .flatMap(list -> spec(list).items().stream())
                .toList();
    }

    public List<FieldLocation> texts() {
        return containers().stream()
                .flatMap(container -> container.texts().stream())
                .toList();
    }

    public List<FieldLocation> variables(String name) {
        return containers().stream()
                .flatMap(container -> container.at("env").items().stream())
                .filter(variable -> variable.at("name").text().equals(name))
                .toList();
    }

    public boolean hasVariable(String name) {
        return !variables(name).isEmpty();
    }

    /** The values of AZURE_CLIENT_ID, written or not. */
    public List<FieldLocation> clientIds() {
        return variables("AZURE_CLIENT_ID").stream()
                .map(variable -> variable.at("value"))
                .toList();
    }

    /** Whether AZURE_CLIENT_ID belongs to a credential that does not ask the metadata service. */
    public boolean hasOtherCredential() {
        return Stream.of("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
                .anyMatch(this::hasVariable);
    }

    public String serviceAccount() {
        return Webhook.serviceAccount(pod);
    }

    /** Whether it has the label of pod identity, and a value in it. */
    public boolean asksForBinding() {
        return !pod.bindingLabel().orElse("").isEmpty();
    }

    /** Whether the webhook of workload identity is asked about the pod. */
    public boolean usesWorkloadIdentity() {
        return "true".equals(pod.labels().get(Keys.USE));
    }

    /** Whether it is on a node and was created when no webhook answered for it, so that it has no variables. */
    public static boolean isOlderThanWebhook(Pod pod) {
        return pod.isOnNode()
                && "true".equals(pod.labels().get(Keys.USE))
                && pod.spec().containers().stream()
                        .flatMap(container -> container.env().stream())
                        .noneMatch(variable -> variable.name().equals("AZURE_FEDERATED_TOKEN_FILE"));
    }

    public static String restart(Pod pod) {
        return pod.workload()
                .filter(owner ->
                        Set.of("Deployment", "StatefulSet", "DaemonSet").contains(owner.kind()))
                .map(owner -> "kubectl rollout restart " + owner.kind().toLowerCase(Locale.ROOT) + "/" + owner.name()
                        + " -n " + pod.namespace())
                .orElse("kubectl delete pod " + pod.name().name() + " -n " + pod.namespace()
                        + ", and create it again if nothing else does");
    }

    public String object() {
        return manifest.object();
    }
}
