// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.azure;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.match.IdentityResourceId;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.workload.Keys;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Creates in the emulated Azure what manifests refer to, as if somebody had created it beforehand: managed identities,
 * and applications whose right secret is the one in the cluster. What the tenant already has is kept, so a wrong secret
 * can be shown by giving the application another one. Thread-safe.
 *
 * @since 0.1.0
 */
public final class AzureOfManifests {

    private final Directory directory;
    private final Profile profile;
    private final boolean everyoneReads;
    private final boolean trustsAnnotated;
    private final VirtualMachines machines;
    private final Map<String, NodeIdentity> byResourceId = new ConcurrentHashMap<>();

    /**
     * Begins with what the directory has.
     *
     * @param everyoneReads whether what is created here may read blobs
     * @param trustsAnnotated whether there is an identity for each client ID that a service account names
     * @param machines are told which identities cannot be put on them
     */
    public AzureOfManifests(
            Directory directory,
            Profile profile,
            boolean everyoneReads,
            boolean trustsAnnotated,
            VirtualMachines machines) {
        this.directory = directory;
        this.profile = profile;
        this.everyoneReads = everyoneReads;
        this.trustsAnnotated = trustsAnnotated;
        this.machines = machines;
    }

    /** The tenants that identities name, each once: their own first. */
    public static List<String> tenants(Cluster cluster) {
        return Stream.concat(
                        cluster.identities().stream().map(AzureIdentity::tenantId),
                        cluster.identities().stream().flatMap(identity -> identity.auxiliaryTenantIds().stream()))
                .filter(tenant -> !tenant.isEmpty())
                .distinct()
                .toList();
    }

    /** Creates what those manifests refer to and what is not there yet. */
    public void provide(Cluster cluster) {
        List<String> machinesOfPods = machinesOf(cluster);
        for (AzureIdentity identity : cluster.identities()) {
            if (identity.isManagedIdentity()) {
                provide(machinesOfPods, identity);
            } else if (ClientIdText.canBeOne(identity.clientId())
                    && directory.principal(identity.clientId()).isEmpty()) {
                register(application(cluster, identity));
            }
        }
        if (trustsAnnotated) {
            cluster.all(ServiceAccount.class).forEach(this::provide);
        }
    }

    /** Identities that service accounts name by their client ID; any other form matches no identity. */
    private void provide(ServiceAccount account) {
        Optional.ofNullable(account.metadata().annotations().get(Keys.CLIENT_ID))
                .filter(ClientIdText::canBeOne)
                .ifPresent(clientId -> provide(clientId, account));
    }

    /** In the tenant that the account names, if it names one; what is there otherwise stays where it is. */
    private void provide(String clientId, ServiceAccount account) {
        if (directory.principal(clientId).isEmpty()) {
            register(ServicePrincipal.managedIdentity(clientId, ObjectIds.of(clientId)));
        } else if (!directory.otherTenants().hasHome(clientId)) {
            return;
        }
        Optional.ofNullable(account.metadata().annotations().get(Keys.TENANT_ID))
                .filter(tenant -> !tenant.isBlank() && !directory.isSharedTenant(tenant))
                .ifPresent(tenant -> {
                    directory.otherTenants().provide(tenant);
                    directory.otherTenants().addHome(clientId, tenant);
                });
    }

    private void provide(List<String> machinesOfPods, AzureIdentity identity) {
        String resourceId = identity.resourceId();
        boolean assignedByUser = profile == Profile.MANAGED;
        if (!assignedByUser && !IdentityResourceId.isAzures(resourceId)) {
            machines.refuse(
                    resourceId,
                    "StatusCode=400 -- Original Error: Code=\"LinkedInvalidPropertyId\" Message=\"Property id '"
                            + resourceId + "' at path"
                            + " 'identity.userAssignedIdentities' is invalid. Expect fully qualified resource Id that"
                            + " start with '/subscriptions/{subscriptionId}' or"
                            + " '/providers/{resourceProviderNamespace}/'.\"");
            return;
        }
        NodeIdentity known = byResourceId.computeIfAbsent(key(resourceId), id -> inAzure(identity));
        if (directory.principal(known.clientId()).isEmpty()) {
            register(ServicePrincipal.managedIdentity(known.clientId(), known.objectId()));
        }
        if (assignedByUser) {
            machinesOfPods.forEach(machine -> machines.preset(machine, List.of(resourceId)));
        }
    }

    private static List<String> machinesOf(Cluster cluster) {
        return cluster.pods().stream()
                .map(pod -> VirtualMachines.machineOf(pod.spec().nodeName()))
                .distinct()
                .toList();
    }

    /** The identity that was declared under that name, which may have another client ID, or else the one described. */
    private NodeIdentity inAzure(AzureIdentity identity) {
        String resourceId = identity.resourceId();
        String name = nameOf(resourceId);
        return directory.node().stream()
                .filter(declared -> nameOf(declared.resourceId()).equalsIgnoreCase(name))
                .findFirst()
                .map(declared -> new NodeIdentity(declared.clientId(), declared.objectId(), resourceId, false))
                .orElseGet(() -> described(identity));
    }

    private static String nameOf(String resourceId) {
        return resourceId.substring(resourceId.lastIndexOf('/') + 1);
    }

    private static NodeIdentity described(AzureIdentity identity) {
        String resourceId = identity.resourceId();
        // In Azure it has a client ID even if the manifest has none, or something else in its place.
        String clientId =
                ClientIdText.canBeOne(identity.clientId()) ? identity.clientId() : ObjectIds.of("client " + resourceId);
        return new NodeIdentity(clientId, ObjectIds.of(clientId), resourceId, false);
    }

    private ServicePrincipal application(Cluster cluster, AzureIdentity identity) {
        var principal = ServicePrincipal.application(identity.clientId(), ObjectIds.of(identity.clientId()));
        var reference = identity.clientPassword();
        Optional<Secret> secret = cluster.secret(new ObjectName(reference.namespace(), reference.name()));
        if (secret.isEmpty()) {
            return principal;
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE) {
            return secret.get()
                    .value("certificate")
                    .flatMap(
                            file -> CertificateFiles.ofPkcs12(file, secret.get().text("password")))
                    .map(principal::with)
                    .orElse(principal);
        }
        return registered(secret.get())
                .map(text -> principal.with(new RegisteredSecret(text, false)))
                .orElse(principal);
    }

    /**
     * The secret that the application has: without a line end, which a file adds. Of several keys NMI takes any, here
     * the first by name; so that this shows as the mistake that it is, the right one is the last.
     */
    private static Optional<String> registered(Secret secret) {
        return secret.keys().stream()
                .max(Comparator.naturalOrder())
                .map(key -> secret.text(key).strip());
    }

    private void register(ServicePrincipal principal) {
        directory.principals().register(principal);
        if (everyoneReads) {
            directory.roles().assign(principal.objectId(), BlobRole.READER, Duration.ZERO);
        }
    }

    /** The identities that are on any machine now: one metadata service stands for those of all nodes. */
    public List<NodeIdentity> onMachines(Cluster cluster, VirtualMachines these) {
        return machinesOf(cluster).stream()
                .flatMap(machine -> these.identitiesOn(machine).stream())
                .map(id -> Optional.ofNullable(byResourceId.get(key(id))))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    private static String key(String resourceId) {
        return resourceId.toLowerCase(Locale.ROOT);
    }
}
