package io.podidentity.emulator.directory;

import java.security.PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one tenant of the emulator: who exists, how they prove it, and what they may do. GUIDs compare without case.
 * Immutable but for the roles.
 *
 * @param principals applications and managed identities
 * @param node the managed identities that the metadata service of the node hands out
 * @param issuerKeys the keys by which assertions of other token issuers are verified, by issuer
 * @param roles who may do what with blobs
 */
public record Directory(
        String tenantId,
        User user,
        List<ServicePrincipal> principals,
        List<NodeIdentity> node,
        Map<String, PublicKey> issuerKeys,
        AssignedRoles roles) {

    /** Any tenant a person may be asked to sign in to; here they all lead to the one there is. */
    private static final Set<String> SHARED_TENANTS = Set.of("common", "organizations");

    public Directory {
        principals = List.copyOf(principals);
        node = List.copyOf(node);
        issuerKeys = Map.copyOf(issuerKeys);
    }

    public boolean hasTenant(String tenant) {
        return tenant.equalsIgnoreCase(tenantId);
    }

    public boolean isSharedTenant(String tenant) {
        return SHARED_TENANTS.contains(tenant.toLowerCase(Locale.ROOT));
    }

    public Optional<ServicePrincipal> principal(String clientId) {
        return principals.stream()
                .filter(principal -> principal.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    public Set<BlobRole> rolesOf(String objectId) {
        return roles.of(objectId);
    }
}
