// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.PodPlace;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.text.ShellWord;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A pod and all that is written about it. Immutable.
 *
 * @param manifest the pod itself, or the workload that makes it
 * @param place where in the manifest the pod is described
 */
public record PodSource(Pod pod, FieldLocation manifest, String kind, PodPlace place) {

    /** The kinds that {@code kubectl rollout restart} takes. */
    private static final Set<String> RESTARTABLE = Set.of("Deployment", "StatefulSet", "DaemonSet");

    /**
     * The pod with what a manifest says of it.
     *
     * @throws IllegalArgumentException if the manifest does not describe the pod
     */
    public static PodSource of(Pod pod, Manifest manifest) {
        FieldLocation location = FieldLocation.of(manifest);
        PodPlace place = findPlace(pod, manifest)
                .orElseThrow(() -> new IllegalArgumentException(manifest + " does not describe " + pod.name()));
        return new PodSource(pod, location, manifest.kind(), place);
    }

    /** A manifest with several templates, such as a Workflow, makes several pods, which differ in their positions. */
    private static Optional<PodPlace> findPlace(Pod pod, Manifest manifest) {
        if (manifest.pods().size() == 1) {
            return Optional.of(manifest.pods().get(0));
        }
        FieldLocation object = FieldLocation.of(manifest);
        return manifest.pods().stream()
                .filter(place -> object.at(place.at())
                        .valuePosition()
                        .equals(pod.metadata().position()))
                .findFirst();
    }

    /** The description of the pod: of most kinds a pod template. */
    public FieldLocation template() {
        return manifest.at(place.at());
    }

    /** The object that has the pod's labels, or would have them. */
    public FieldLocation labels() {
        return manifest.at(place.labels().get(0));
    }

    /** The object that has the pod's annotations, or would have them. */
    public FieldLocation annotations() {
        return manifest.at(place.annotations().get(0));
    }

    /** Where the service account is named; where it would be, if it is not. */
    public FieldLocation account() {
        return firstWritten(place.accounts().stream().map(manifest::at).toList());
    }

    /** The first that is written, which is the one that wins; if none is, where it would be. */
    private static FieldLocation firstWritten(List<FieldLocation> fields) {
        return fields.stream().filter(FieldLocation::exists).findFirst().orElse(fields.get(0));
    }

    public String namespace() {
        return pod.namespace();
    }

    /** A label of the pod; where it would be, if it is not written. */
    public FieldLocation label(String key) {
        return firstWritten(
                place.labels().stream().map(path -> manifest.at(path).at(key)).toList());
    }

    /** An annotation of the pod; where it would be, if it is not written. */
    public FieldLocation annotation(String key) {
        return firstWritten(place.annotations().stream()
                .map(path -> manifest.at(path).at(key))
                .toList());
    }

    /** A field of the pod's spec, below these keys. */
    public FieldLocation spec(String... keys) {
        return manifest.at(place.spec()).at(keys);
    }

    /** The init containers and the containers, in this order. */
    public List<FieldLocation> containers() {
        return Stream.of("initContainers", "containers")
                .flatMap(list -> spec(list).items().stream())
                .toList();
    }

    /** All texts in the containers. */
    public List<FieldLocation> texts() {
        return containers().stream()
                .flatMap(container -> container.texts().stream())
                .toList();
    }

    /** The entries of {@code env} with a name, of all containers. */
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

    /** The name of the service account that the pod runs as. */
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

    /** Whether the pod is on a node and was created when no webhook answered for it, so that it has no variables. */
    public static boolean isOlderThanWebhook(Pod pod) {
        boolean isForWebhook = "true".equals(pod.labels().get(Keys.USE));
        boolean hasTokenFile = pod.spec().containers().stream()
                .flatMap(container -> container.env().stream())
                .anyMatch(variable -> variable.name().equals("AZURE_FEDERATED_TOKEN_FILE"));
        return pod.isOnNode() && isForWebhook && !hasTokenFile;
    }

    /** The command that creates a running pod anew. */
    public static String restart(Pod pod) {
        String namespace = " -n " + ShellWord.quoted(pod.namespace());
        return pod.workload()
                .filter(owner -> RESTARTABLE.contains(owner.kind()))
                .map(owner -> "kubectl rollout restart " + owner.kind().toLowerCase(Locale.ROOT) + "/"
                        + ShellWord.quoted(owner.name()) + namespace)
                .orElse("kubectl delete pod " + ShellWord.quoted(pod.name().name()) + namespace
                        + ", and create it again if nothing else does");
    }

    /** The pod itself, or the workload that makes it. */
    public ObjectRef object() {
        return manifest.object();
    }
}
