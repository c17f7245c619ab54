// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The four kinds of aad-pod-identity, as the API server knows them. podid creates those that are missing, and neither
 * changes nor deletes one that is there: with a kind all its objects go, whoever has made them.
 */
final class PodIdentityKinds {

    private static final String RESOURCE = "aad-pod-identity-kinds.yaml";
    private static final long KNOWN_WITHIN_SECONDS = 30;

    private PodIdentityKinds() {}

    /** Creates the kinds that are missing, and waits until the API server serves all of them. */
    static void createMissing(KubernetesClient client, Consumer<String> log) {
        for (CustomResourceDefinition kind : all(client)) {
            Resource<CustomResourceDefinition> resource = client.resource(kind);
            CustomResourceDefinition present = resource.get();
            if (present == null) {
                resource.create();
                log.accept("created the kind " + kind.getMetadata().getName()
                        + ", which stays when podid is deleted, with all objects of it");
            }
            if (!isServed(present)) {
                resource.waitUntilCondition(PodIdentityKinds::isServed, KNOWN_WITHIN_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Whether the API server has all four kinds. */
    static boolean areThere(KubernetesClient client) {
        return all(client).stream()
                .allMatch(kind -> isServed(client.resource(kind).get()));
    }

    private static boolean isServed(@Nullable CustomResourceDefinition kind) {
        return kind != null
                && kind.getStatus() != null
                && kind.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    private static List<CustomResourceDefinition> all(KubernetesClient client) {
        try (InputStream in = PodIdentityKinds.class.getResourceAsStream(RESOURCE)) {
            return client.load(in).items().stream()
                    .map(CustomResourceDefinition.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
