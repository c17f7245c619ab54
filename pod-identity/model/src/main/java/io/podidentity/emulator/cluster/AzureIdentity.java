// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;

/**
 * An identity in Azure that pods may get, as its profile decodes it: a field that the profile does not know is empty.
 *
 * @param type 0 user-assigned managed identity, 1 service principal with secret, 2 with certificate; any other number
 *     is kept
 * @param resourceId of the managed identity, empty for the other types
 * @param clientPassword where the secret or the certificate is
 * @param auxiliaryTenantIds further tenants whose tokens type 1 fetches
 * @param adEndpoint Entra ID's address, empty for the public cloud
 * @since 0.1.0
 */
public record AzureIdentity(
        Metadata metadata,
        int type,
        String resourceId,
        String clientId,
        SecretReference clientPassword,
        String tenantId,
        List<String> auxiliaryTenantIds,
        String adEndpoint)
        implements KubernetesObject {

    public static final int MANAGED_IDENTITY = 0;
    public static final int SERVICE_PRINCIPAL = 1;
    public static final int SERVICE_PRINCIPAL_CERTIFICATE = 2;

    /** The annotation, and its only value, that restricts an identity to pods of its own namespace. */
    public static final String BEHAVIOR_ANNOTATION = "aadpodidentity.k8s.io/Behavior";

    public static final String BEHAVIOR_NAMESPACED = "namespaced";

    public AzureIdentity {
        auxiliaryTenantIds = List.copyOf(auxiliaryTenantIds);
    }

    /** A user-assigned managed identity. */
    public static AzureIdentity managed(Metadata metadata, String resourceId, String clientId) {
        return new AzureIdentity(
                metadata, MANAGED_IDENTITY, resourceId, clientId, SecretReference.NONE, "", List.of(), "");
    }

    public boolean isManagedIdentity() {
        return type == MANAGED_IDENTITY;
    }

    /** Whether its own annotation restricts it to pods of its namespace. */
    public boolean isNamespaced() {
        return BEHAVIOR_NAMESPACED.equals(metadata.annotations().get(BEHAVIOR_ANNOTATION));
    }
}
