// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/** podid's namespace as the owner of what podid writes elsewhere, which the cluster then deletes with it. */
final class OwnNamespace {

    private OwnNamespace() {}

    /** The reference that an object has to have. */
    static OwnerReference asOwner(KubernetesClient client) {
        return new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Namespace")
                .withName(KubernetesCluster.NAME)
                .withUid(client.namespaces()
                        .withName(KubernetesCluster.NAME)
                        .require()
                        .getMetadata()
                        .getUid())
                .build();
    }

    /** Whether podid has written an object with that owner, now or before its namespace was made again. */
    static boolean isThat(OwnerReference owner) {
        return owner.getKind().equals("Namespace") && owner.getName().equals(KubernetesCluster.NAME);
    }
}
