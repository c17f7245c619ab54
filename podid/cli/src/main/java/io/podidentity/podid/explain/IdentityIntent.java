// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells which pods are meant to have an Azure identity, whether they get one or not. Most pods of a cluster are not
 * meant to. The pods of MIC, NMI and the webhook are not either: they provide identities, and use none of these.
 * Immutable.
 */
final class IdentityIntent {

    /** Labels and annotations of workload identity begin so: {@code azure.workload.identity/}. */
    private static final String WORKLOAD_PREFIX = Keys.USE.substring(0, Keys.USE.indexOf('/') + 1);

    private static final String METADATA_SERVICE = "169.254.169.254";
    private static final List<String> IMAGES_OF_PROVIDERS =
            List.of("aad-pod-identity/mic", "aad-pod-identity/nmi", "workload-identity/webhook");

    private final Cluster cluster;

    /**
     * Objects with a label of identities on themselves. On a workload it belongs on the pods, which then lack it, and
     * yet it shows what was meant.
     */
    private final Set<ObjectName> labelledObjects;

    IdentityIntent(Manifests manifests) {
        this.cluster = manifests.cluster();
        this.labelledObjects = manifests.objects().stream()
                .filter(IdentityIntent::isLabelled)
                .map(Manifest::name)
                .collect(Collectors.toSet());
    }

    /** Whether the pod is one of MIC, NMI or the webhook, told from its images. */
    static boolean isPartOfPodIdentity(Pod pod) {
        return containers(pod).map(Container::image).anyMatch(IdentityIntent::isImageOfProvider);
    }

    /** Whether anything says that the pod is to have an identity, rightly spelled or not. */
    boolean isMeantToHaveIdentity(Pod pod) {
        if (isPartOfPodIdentity(pod)) {
            return false;
        }
        return hasKeyOfIdentity(pod)
                || labelledObjects.contains(pod.name())
                || hasAnnotatedAccount(pod)
                || containers(pod).anyMatch(IdentityIntent::asksForToken);
    }

    /**
     * Whether workload identity is what gives the pod its identity, in a cluster where other pods get theirs from NMI.
     */
    boolean isMeantForWorkloadIdentity(Pod pod) {
        if (pod.bindingLabel().isPresent()) {
            return false;
        }
        return pod.labels().keySet().stream().anyMatch(key -> key.startsWith(WORKLOAD_PREFIX))
                || hasAnnotatedAccount(pod);
    }

    private static boolean isImageOfProvider(String image) {
        return IMAGES_OF_PROVIDERS.stream().anyMatch(image::contains);
    }

    private static boolean hasKeyOfIdentity(Pod pod) {
        Stream<String> labels = pod.labels().keySet().stream();
        Stream<String> annotations = pod.metadata().annotations().keySet().stream();
        return Stream.concat(labels, annotations).anyMatch(IdentityIntent::isKeyOfIdentity);
    }

    /** Whether a label or an annotation is about identities, also in the wrong letter case, a common mistake. */
    private static boolean isKeyOfIdentity(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.startsWith("aadpod") || lower.startsWith(WORKLOAD_PREFIX);
    }

    private static boolean isLabelled(Manifest manifest) {
        return FieldLocation.of(manifest).at("metadata", "labels").keys().stream()
                .anyMatch(IdentityIntent::isKeyOfIdentity);
    }

    private boolean hasAnnotatedAccount(Pod pod) {
        return cluster.serviceAccount(new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)))
                .map(ServiceAccount::metadata)
                .filter(metadata -> metadata.annotations().containsKey(Keys.CLIENT_ID))
                .isPresent();
    }

    /** Whether a container names a client ID, or calls the metadata service from its command line. */
    private static boolean asksForToken(Container container) {
        boolean namesClientId =
                container.env().stream().anyMatch(variable -> variable.name().equals("AZURE_CLIENT_ID"));
        Stream<String> words = Stream.concat(container.command().stream(), container.args().stream());
        return namesClientId || words.anyMatch(word -> word.contains(METADATA_SERVICE));
    }

    private static Stream<Container> containers(Pod pod) {
        return Stream.concat(pod.spec().initContainers().stream(), pod.spec().containers().stream());
    }
}
