package io.podidentity.emulator;

import io.podidentity.emulator.directory.AssignedRoles;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.ClientSecret;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.storage.BlobStore;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Collects what the builder is told and makes a tenant of it. Not thread-safe. */
final class TenantPlan {

    String tenantId = Defaults.TENANT_ID;
    User user = Defaults.USER;
    boolean defaultRoles = true;

    @Nullable
    Duration tokenLifetime;

    Clock clock = Clock.systemUTC();
    final Map<String, PublicKey> issuerKeys = new HashMap<>();

    private @Nullable List<ManagedIdentity> identities;
    private final List<Application> applications = new ArrayList<>();
    private final List<Credential> credentials = new ArrayList<>();
    private final List<Consumer<BlobStore>> blobs = new ArrayList<>();
    private final Map<String, Set<BlobRole>> roles = new HashMap<>();

    /** A credential beside the first secret, to be added to the principal of that client ID. */
    private record Credential(String clientId, UnaryOperator<ServicePrincipal> addition) {}

    void addIdentities(List<ManagedIdentity> more) {
        if (identities == null) {
            identities = new ArrayList<>();
        }
        identities.addAll(more);
    }

    void addApplication(Application application) {
        applications.add(application);
    }

    void addExpiredSecret(String clientId, String secret) {
        credentials.add(new Credential(clientId, principal -> principal.with(new ClientSecret(secret, true))));
    }

    void addCertificate(String clientId, X509Certificate certificate) {
        credentials.add(new Credential(clientId, principal -> principal.with(certificate)));
    }

    void addFederatedCredential(String clientId, FederatedCredential credential) {
        credentials.add(new Credential(clientId, principal -> principal.with(credential)));
    }

    void addBlob(Consumer<BlobStore> blob) {
        blobs.add(blob);
    }

    void addRole(String objectId, BlobRole role) {
        roles.computeIfAbsent(key(objectId), id -> EnumSet.noneOf(BlobRole.class))
                .add(role);
    }

    Tenant tenant() {
        List<ManagedIdentity> onNode = identities == null ? List.of(Defaults.IDENTITY) : List.copyOf(identities);
        List<Application> registered = applications.isEmpty()
                ? List.of(Defaults.application(Defaults.newSecret()))
                : List.copyOf(applications);
        var principals = principals(onNode, registered);
        var directory = new Directory(
                tenantId,
                user,
                List.copyOf(principals.values()),
                onNode.stream().map(ManagedIdentity::onNode).toList(),
                issuerKeys,
                roles(principals));
        return new Tenant(directory, onNode, registered, blobStore(), tokenLifetime, clock);
    }

    private Map<String, ServicePrincipal> principals(List<ManagedIdentity> onNode, List<Application> registered) {
        var principals = new LinkedHashMap<String, ServicePrincipal>();
        for (ManagedIdentity identity : onNode) {
            principals.put(key(identity.clientId()), new ServicePrincipal(identity.clientId(), identity.objectId()));
        }
        for (Application application : registered) {
            var principal = new ServicePrincipal(application.clientId(), application.objectId());
            var secret = new ClientSecret(application.secret(), false);
            principals.merge(key(application.clientId()), principal.with(secret), (first, again) -> first.with(secret));
        }
        for (Credential credential : credentials) {
            ServicePrincipal principal = principals.get(key(credential.clientId()));
            if (principal == null) {
                throw new IllegalStateException("A credential was given for client ID " + credential.clientId()
                        + ", but there is no application or identity of that ID: add it with application(…) or"
                        + " identity(…)");
            }
            principals.put(key(credential.clientId()), credential.addition().apply(principal));
        }
        return principals;
    }

    private AssignedRoles roles(Map<String, ServicePrincipal> principals) {
        var assigned = new AssignedRoles();
        roles.forEach((objectId, some) -> some.forEach(role -> assigned.assign(objectId, role)));
        if (defaultRoles && roles.isEmpty()) {
            principals.values().forEach(principal -> assigned.assign(principal.objectId(), BlobRole.READER));
            assigned.assign(user.objectId(), BlobRole.READER);
        }
        return assigned;
    }

    private BlobStore blobStore() {
        var store = new BlobStore(clock.instant());
        (blobs.isEmpty() ? Defaults.samples() : blobs).forEach(blob -> blob.accept(store));
        return store;
    }

    private static String key(String guid) {
        return guid.toLowerCase(Locale.ROOT);
    }
}
