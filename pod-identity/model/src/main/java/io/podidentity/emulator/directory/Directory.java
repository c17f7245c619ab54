// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one tenant of the emulator: who exists, how they prove it, and what they may do. GUIDs are compared
 * case-insensitively. Immutable, but for what changes while Azure runs: principals, federated credentials and roles.
 *
 * @param otherTenants beside the emulator's own one
 * @param principals applications and managed identities
 * @param node the managed identities that the metadata service of the node hands out
 * @param federation whose tokens the principals accept, and the keys of their issuers
 * @param resources what tokens can be for, besides the applications
 * @param assignments what tokens say of roles and groups
 * @param agents the agent identities, each of which is a principal too
 * @since 0.1.0
 */
public record Directory(
        String tenantId,
        Tenants otherTenants,
        User user,
        Principals principals,
        List<NodeIdentity> node,
        FederatedCredentials federation,
        RoleAssignments roles,
        Resources resources,
        AppAssignments assignments,
        AgentIdentities agents) {

    /** The names that stand for any tenant; here they all mean the emulator's own. */
    private static final Set<String> SHARED_TENANTS = Set.of("common", "organizations");

    public Directory {
        node = List.copyOf(node);
    }

    /** With other tenants that have the same applications, and without agent identities. */
    public Directory(
            String tenantId,
            Collection<String> otherTenants,
            User user,
            Principals principals,
            List<NodeIdentity> node,
            FederatedCredentials federation,
            RoleAssignments roles,
            Resources resources,
            AppAssignments assignments) {
        this(
                tenantId,
                new Tenants(otherTenants),
                user,
                principals,
                node,
                federation,
                roles,
                resources,
                assignments,
                new AgentIdentities(List.of()));
    }

    public boolean hasTenant(String tenant) {
        return tenant.equalsIgnoreCase(tenantId) || otherTenants.find(tenant).isPresent();
    }

    /** The tenant meant by a name: one of the others if it is named, else the emulator's own. */
    public String tenantNamed(String tenant) {
        return otherTenants.find(tenant).orElse(tenantId);
    }

    public boolean isSharedTenant(String tenant) {
        return SHARED_TENANTS.contains(tenant.toLowerCase(Locale.ROOT));
    }

    /**
     * Whether a tenant has an application or identity: each one, unless it is at home in others. An agent identity is
     * in the emulator's own tenant alone.
     */
    public boolean has(String clientId, String tenant) {
        if (agents.find(clientId).isPresent()) {
            return tenant.equalsIgnoreCase(tenantId);
        }
        return !otherTenants.hasHome(clientId) || otherTenants.isHome(clientId, tenant);
    }

    /** Whether Entra ID issues tokens for a resource: one of Azure's, a declared one, or an application. */
    public boolean hasResource(String resource) {
        return resources.contains(resource) || applications().anyMatch(name -> name.equalsIgnoreCase(resource));
    }

    /** The known resource whose name is most like that of an unknown one, if any is like it. */
    public Optional<String> nearestResource(String resource) {
        return resources.nearest(resource, applications().toList());
    }

    /** An application is a resource by its client ID, and by the URI that is made of it. */
    private Stream<String> applications() {
        return principals.all().stream()
                .filter(principal -> principal.kind() != Kind.MANAGED_IDENTITY)
                .map(ServicePrincipal::clientId)
                .flatMap(clientId -> Stream.of(clientId, "api://" + clientId));
    }

    public Optional<ServicePrincipal> principal(String clientId) {
        return principals.find(clientId);
    }

    /** The one user, or the user account of an agent, by its name or its object ID. */
    public Optional<User> user(String nameOrObjectId) {
        return user.isNamed(nameOrObjectId) ? Optional.of(user) : agents.account(nameOrObjectId);
    }
}
