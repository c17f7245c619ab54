package io.podidentity.emulator.directory;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The one tenant of the emulator: who exists, how they prove it, and what they may do. GUIDs are compared
 * case-insensitively. Immutable, but for what changes while Azure runs: principals, federated credentials and roles.
 *
 * @param otherTenants where the same applications are installed too
 * @param principals applications and managed identities
 * @param node the managed identities that the metadata service of the node hands out
 * @param federation whose tokens the principals accept, and the keys of their issuers
 */
public record Directory(
        String tenantId,
        Collection<String> otherTenants,
        User user,
        Principals principals,
        List<NodeIdentity> node,
        FederatedCredentials federation,
        RoleAssignments roles) {

    /** The names that stand for any tenant; here they all mean the emulator's own. */
    private static final Set<String> SHARED_TENANTS = Set.of("common", "organizations");

    public Directory {
        otherTenants = List.copyOf(otherTenants);
        node = List.copyOf(node);
    }

    public boolean hasTenant(String tenant) {
        return tenant.equalsIgnoreCase(tenantId) || otherTenants.stream().anyMatch(tenant::equalsIgnoreCase);
    }

    /** The tenant meant by a name: one of the others if it is named, else the emulator's own. */
    public String tenantNamed(String tenant) {
        return otherTenants.stream()
                .filter(tenant::equalsIgnoreCase)
                .findFirst()
                .orElse(tenantId);
    }

    public boolean isSharedTenant(String tenant) {
        return SHARED_TENANTS.contains(tenant.toLowerCase(Locale.ROOT));
    }

    public Optional<ServicePrincipal> principal(String clientId) {
        return principals.find(clientId);
    }
}
