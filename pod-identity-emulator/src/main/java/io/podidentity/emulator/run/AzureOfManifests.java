package io.podidentity.emulator.run;

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
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.emulator.plan.PodIdentityPlan;
import io.podidentity.emulator.plan.Tenant;
import io.podidentity.emulator.tls.CertificateFiles;
import io.podidentity.emulator.workload.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Creates in the emulated Azure what manifests refer to, as if somebody had created it beforehand: managed identities,
 * and applications whose right secret is the one in the cluster. What the tenant already has is kept, so a wrong secret
 * can be shown by giving the application another one.
 *
 * <p>Thread-safety: safe.
 */
final class AzureOfManifests {

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Directory directory;
    private final List<ManagedIdentity> declared;
    private final VirtualMachines machines;
    private final PodIdentityPlan plan;
    private final boolean trustsAnnotated;
    private final Map<String, NodeIdentity> byResourceId = new ConcurrentHashMap<>();

    AzureOfManifests(Tenant tenant, VirtualMachines machines) {
        this.directory = tenant.directory();
        this.declared = tenant.identities();
        this.plan = tenant.podIdentity();
        this.trustsAnnotated = tenant.workloads().trustsAnnotated();
        this.machines = machines;
    }

    void provide(Cluster cluster) {
        for (AzureIdentity identity : cluster.identities()) {
            if (identity.isManagedIdentity()) {
                provide(cluster, identity);
            } else if (directory.principal(identity.clientId()).isEmpty()) {
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
                .filter(clientId -> GUID.matcher(clientId).matches())
                .filter(clientId -> directory.principal(clientId).isEmpty())
                .ifPresent(clientId -> register(new ServicePrincipal(clientId, ObjectIds.of(clientId))));
    }

    private void provide(Cluster cluster, AzureIdentity identity) {
        String resourceId = identity.resourceId();
        boolean assignedByUser = plan.profile() == Profile.MANAGED;
        if (!assignedByUser && !(resourceId.startsWith("/") && IdentityResourceId.isWellFormed(resourceId))) {
            machines.refuse(
                    resourceId,
                    "Code=\"LinkedInvalidPropertyId\" Message=\"Property id '" + resourceId + "' at path"
                            + " 'identity.userAssignedIdentities' is invalid. Expect fully qualified resource Id that"
                            + " start with '/subscriptions/{subscriptionId}'\"");
            return;
        }
        NodeIdentity known = byResourceId.computeIfAbsent(key(resourceId), id -> inAzure(identity));
        if (directory.principal(known.clientId()).isEmpty()) {
            register(new ServicePrincipal(known.clientId(), known.objectId()));
        }
        if (assignedByUser) {
            machinesOf(cluster).forEach(machine -> machines.preset(machine, List.of(resourceId)));
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
        String name = resourceId.substring(resourceId.lastIndexOf('/') + 1);
        return declared.stream()
                .filter(one -> one.name().equalsIgnoreCase(name))
                .findFirst()
                .map(one -> new NodeIdentity(one.clientId(), one.objectId(), resourceId, false))
                .orElseGet(() -> described(identity));
    }

    private static NodeIdentity described(AzureIdentity identity) {
        String resourceId = identity.resourceId();
        // In Azure it has a client ID even if the manifest lacks it.
        String clientId = identity.clientId().isEmpty() ? ObjectIds.of("client " + resourceId) : identity.clientId();
        return new NodeIdentity(clientId, ObjectIds.of(clientId), resourceId, false);
    }

    private ServicePrincipal application(Cluster cluster, AzureIdentity identity) {
        var principal = new ServicePrincipal(identity.clientId(), ObjectIds.of(identity.clientId()));
        var reference = identity.clientPassword();
        Optional<Secret> secret = cluster.secret(new ObjectName(reference.namespace(), reference.name()));
        if (secret.isEmpty()) {
            return principal;
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE) {
            return secret.get()
                    .value("certificate")
                    .flatMap(file -> CertificateFiles.ofPkcs12(file, text(secret.get(), "password")))
                    .map(principal::with)
                    .orElse(principal);
        }
        return secret.get().keys().stream()
                .sorted()
                .findFirst()
                .map(key -> principal.with(new RegisteredSecret(text(secret.get(), key), false)))
                .orElse(principal);
    }

    private void register(ServicePrincipal principal) {
        directory.principals().register(principal);
        if (plan.everyoneReads()) {
            directory.roles().assign(principal.objectId(), BlobRole.READER, Duration.ZERO);
        }
    }

    /** The identities that are on any machine now: one metadata service stands for those of all nodes. */
    List<NodeIdentity> onMachines(Cluster cluster) {
        return machinesOf(cluster).stream()
                .flatMap(machine -> machines.identitiesOn(machine).stream())
                .map(id -> Optional.ofNullable(byResourceId.get(key(id))))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    private static String text(Secret secret, String key) {
        return new String(secret.value(key).orElse(new byte[0]), StandardCharsets.UTF_8);
    }

    private static String key(String resourceId) {
        return resourceId.toLowerCase(Locale.ROOT);
    }
}
