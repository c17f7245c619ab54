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
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a pod is meant to have an Azure identity. Most pods of a cluster are not, and the parts of pod identity
 * itself are none of its users.
 */
final class Concern {

    private static final String PREFIX = Keys.USE.substring(0, Keys.USE.indexOf('/') + 1);
    private static final String METADATA_SERVICE = "169.254.169.254";
    private static final List<String> ITS_PARTS =
            List.of("aad-pod-identity/mic", "aad-pod-identity/nmi", "workload-identity/webhook");

    private final Cluster cluster;
    /** Workloads that carry a label which belongs on their pods. */
    private final Set<ObjectName> labelled;

    Concern(Manifests manifests) {
        this.cluster = manifests.cluster();
        this.labelled = manifests.objects().stream()
                .filter(Concern::isLabelled)
                .map(Manifest::name)
                .collect(Collectors.toSet());
    }

    static boolean isPartOfPodIdentity(Pod pod) {
        return containers(pod).anyMatch(container -> ITS_PARTS.stream().anyMatch(container.image()::contains));
    }

    boolean isMeant(Pod pod) {
        return !isPartOfPodIdentity(pod)
                && (Stream.of(pod.labels(), pod.metadata().annotations())
                                .flatMap(map -> map.keySet().stream())
                                .anyMatch(Concern::isOfIdentity)
                        || labelled.contains(pod.name())
                        || hasAnnotatedAccount(pod)
                        || containers(pod).anyMatch(Concern::asksAzure));
    }

    /**
     * Whether workload identity is what it is meant to have, beside pods of the same cluster that have NMI's.
     */
    boolean isOfWorkloadIdentity(Pod pod) {
        return pod.bindingLabel().isEmpty()
                && (pod.labels().keySet().stream().anyMatch(key -> key.startsWith(PREFIX)) || hasAnnotatedAccount(pod));
    }

    /** Also for a key in the wrong letter case. */
    private static boolean isOfIdentity(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.startsWith("aadpod") || lower.startsWith(PREFIX);
    }

    private static boolean isLabelled(Manifest manifest) {
        return FieldLocation.of(manifest).at("metadata", "labels").keys().stream()
                .anyMatch(Concern::isOfIdentity);
    }

    private boolean hasAnnotatedAccount(Pod pod) {
        return cluster.serviceAccount(new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)))
                .map(ServiceAccount::metadata)
                .filter(metadata -> metadata.annotations().containsKey(Keys.CLIENT_ID))
                .isPresent();
    }

    private static boolean asksAzure(Container container) {
        return container.env().stream().anyMatch(variable -> variable.name().equals("AZURE_CLIENT_ID"))
                || Stream.of(container.command(), container.args())
                        .flatMap(Collection::stream)
                        .anyMatch(word -> word.contains(METADATA_SERVICE));
    }

    private static Stream<Container> containers(Pod pod) {
        return Stream.concat(pod.spec().initContainers().stream(), pod.spec().containers().stream());
    }
}
