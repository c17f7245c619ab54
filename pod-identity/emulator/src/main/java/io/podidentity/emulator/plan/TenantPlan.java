// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import io.podidentity.emulator.azure.AzureOfManifests;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.AgentIdentities;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.directory.AppAssignments;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.Principals;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.Resources;
import io.podidentity.emulator.directory.RoleAssignments;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.directory.Tenants;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.storage.BlobStore;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects the options and makes a tenant of them. Not thread-safe. */
final class TenantPlan {

    static final String TENANT_ID = "10000000-0000-4000-8000-000000000001";
    private static final ManagedIdentity IDENTITY = new ManagedIdentity(
            "podid-identity", "20000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000002");
    // As AKS makes one for each cluster, so that the nodes can pull images; every pod that reaches IMDS can have it.
    private static final ManagedIdentity KUBELET_IDENTITY = new ManagedIdentity(
            "podid-agentpool", "20000000-0000-4000-8000-000000000003", "20000000-0000-4000-8000-000000000004");

    private static final String APPLICATION_CLIENT_ID = "30000000-0000-4000-8000-000000000001";
    private static final String APPLICATION_OBJECT_ID = "30000000-0000-4000-8000-000000000002";
    private static final User USER = new User("developer@podid.example", "40000000-0000-4000-8000-000000000002");

    private static final String SAMPLES_FOLDER = "/io/podidentity/emulator/samples/";
    /** Null for the one that the manifests name, or else the default one. */
    @Nullable
    String tenantId;

    User user = USER;
    boolean defaultRoles = true;

    @Nullable
    Duration tokenLifetime;

    Clock clock = Clock.systemUTC();
    EmulatorClock clusterClock = ScaledClock.real();
    Cluster cluster = Cluster.EMPTY;
    final List<Path> manifests = new ArrayList<>();

    @Nullable
    Profile profile;

    @Nullable
    NmiSettings nmi;

    @Nullable
    ActualCluster actual;

    WebhookVersion webhook = WebhookVersion.V1_6_0;
    boolean trustsAnnotated = true;
    final List<Tenant.Trust> trusted = new ArrayList<>();
    final Map<String, Set<String>> bound = new LinkedHashMap<>();
    final List<String> otherTenants = new ArrayList<>();
    final List<ManagedIdentity> unassigned = new ArrayList<>();
    final List<ServicePrincipal> publicClients = new ArrayList<>();
    final List<ServicePrincipal> blueprints = new ArrayList<>();
    final List<AgentIdentity> agents = new ArrayList<>();
    final List<AgentUser> agentUsers = new ArrayList<>();
    final Set<String> resources = new HashSet<>();
    boolean anyResource;
    final List<AppAssignments.AppRole> appRoles = new ArrayList<>();
    final List<AppAssignments.Membership> memberships = new ArrayList<>();
    final Map<String, List<PublicKey>> issuerKeys = new HashMap<>();

    private @Nullable List<ManagedIdentity> identities;
    final List<Application> applications = new ArrayList<>();
    final List<Credential> credentials = new ArrayList<>();
    final List<Consumer<BlobStore>> blobs = new ArrayList<>();
    final List<Federation> federations = new ArrayList<>();
    final List<Role> roles = new ArrayList<>();

    /** A credential beside the first secret, to be added to the principal of that client ID. */
    record Credential(String clientId, UnaryOperator<ServicePrincipal> addition) {}

    /** The user account of the agent identity with that client ID. */
    record AgentUser(String agentClientId, User account) {}

    record Federation(String clientId, FederatedCredential credential, Duration delay) {}

    record Role(String objectId, BlobRole role, Duration delay) {}

    void addIdentities(List<ManagedIdentity> more) {
        if (identities == null) {
            identities = new ArrayList<>();
        }
        identities.addAll(more);
    }

    Tenant tenant() {
        Manifests read = read(namedProfile().orElse(Profile.V1_5_4));
        Cluster all = cluster.with(read.cluster().all());
        NmiSettings settings = nmiSettings(all);
        List<ManagedIdentity> onNode =
                identities == null ? List.of(onNode(all, settings.rules().profile())) : List.copyOf(identities);
        List<Application> registered = applications.isEmpty()
                ? List.of(defaultApplication(RegisteredSecret.newValue()))
                : List.copyOf(applications);
        return new Tenant(
                directory(all, onNode, registered),
                onNode,
                registered,
                blobStore(),
                tokenLifetime,
                clock,
                clusterClock,
                all,
                read.notes(),
                settings,
                defaultRoles && roles.isEmpty(),
                webhook,
                List.copyOf(trusted),
                trustsAnnotated,
                Map.copyOf(bound),
                Optional.ofNullable(actual));
    }

    private Optional<Profile> namedProfile() {
        return Optional.ofNullable(nmi)
                .map(settings -> settings.rules().profile())
                .or(() -> Optional.ofNullable(profile));
    }

    private NmiSettings nmiSettings(Cluster all) {
        if (nmi != null) {
            return nmi;
        }
        return NmiSettings.of(namedProfile().orElseGet(() -> Profile.fitting(all)));
    }

    private Manifests read(Profile decoding) {
        if (manifests.isEmpty()) {
            return new Manifests(Cluster.EMPTY, List.of(), List.of(), List.of());
        }
        List<String> paths = manifests.stream().map(Path::toString).toList();
        return new ManifestReader(decoding).read(paths, InputStream.nullInputStream());
    }

    private Directory directory(Cluster all, List<ManagedIdentity> onNode, List<Application> registered) {
        var principals = principals(onNode, registered);
        String own = all.identities().stream()
                .map(AzureIdentity::tenantId)
                .filter(tenant -> !tenant.isEmpty())
                .findFirst()
                .orElse(TENANT_ID);
        List<String> auxiliary = all.identities().stream()
                .flatMap(identity -> identity.auxiliaryTenantIds().stream())
                .distinct()
                .toList();
        List<String> others = tenantId == null ? AzureOfManifests.tenants(all) : auxiliary;
        String tenant = tenantId == null ? own : tenantId;
        List<AgentIdentity> agentIdentities = agentIdentities(principals);
        return new Directory(
                tenant,
                new Tenants(
                        Stream.concat(others.stream(), otherTenants.stream()).toList()),
                user,
                new Principals(principals.values()),
                onNode.stream().map(ManagedIdentity::onNode).toList(),
                federation(principals, agentIdentities, onNode, tenant),
                roles(principals, agentIdentities),
                new Resources(resources, anyResource),
                new AppAssignments(appRoles, memberships),
                new AgentIdentities(agentIdentities));
    }

    private List<AgentIdentity> agentIdentities(Map<String, ServicePrincipal> principals) {
        var identities = new LinkedHashMap<String, AgentIdentity>();
        for (AgentIdentity agent : agents) {
            requireBlueprint(principals, agent);
            requireNoCredential(principals, agent);
            identities.put(key(agent.clientId()), agent);
        }
        for (AgentUser agentUser : agentUsers) {
            AgentIdentity agent = identities.get(key(agentUser.agentClientId()));
            if (agent == null) {
                throw new IllegalStateException(
                        "The user account " + agentUser.account().userPrincipalName()
                                + " is of agent identity " + agentUser.agentClientId()
                                + ", which is not there: add it with agentIdentity(…)");
            }
            if (agent.account().isPresent()) {
                throw new IllegalStateException("Agent identity " + agent.clientId() + " has a user account already,"
                        + " and it has at most one");
            }
            identities.put(key(agent.clientId()), agent.withAccount(agentUser.account()));
        }
        return List.copyOf(identities.values());
    }

    private static void requireBlueprint(Map<String, ServicePrincipal> principals, AgentIdentity agent) {
        ServicePrincipal blueprint = principals.get(key(agent.blueprintId()));
        if (blueprint == null || blueprint.kind() != Kind.AGENT_BLUEPRINT) {
            throw new IllegalStateException("Agent identity " + agent.clientId() + " is of blueprint "
                    + agent.blueprintId() + ", which is not there: add it with agentBlueprint(…)");
        }
    }

    private void requireNoCredential(Map<String, ServicePrincipal> principals, AgentIdentity agent) {
        boolean hasNoSecret = Optional.ofNullable(principals.get(key(agent.clientId())))
                .filter(principal -> principal.kind() == Kind.AGENT_IDENTITY && !principal.hasCredential())
                .isPresent();
        boolean trustsNoIssuer = federations.stream()
                .noneMatch(federation -> federation.clientId().equalsIgnoreCase(agent.clientId()));
        if (!hasNoSecret || !trustsNoIssuer) {
            throw new IllegalStateException("Agent identity " + agent.clientId()
                    + " can have no credential of its own: give it to its blueprint " + agent.blueprintId());
        }
    }

    /** Pods without NMI before them see what a node of AKS has by itself. */
    private static ManagedIdentity onNode(Cluster all, Profile running) {
        return !running.hasNmi() && !all.pods().isEmpty() ? KUBELET_IDENTITY : IDENTITY;
    }

    private Map<String, ServicePrincipal> principals(List<ManagedIdentity> onNode, List<Application> registered) {
        var principals = new LinkedHashMap<String, ServicePrincipal>();
        Stream.concat(onNode.stream(), unassigned.stream())
                .map(identity -> ServicePrincipal.managedIdentity(identity.clientId(), identity.objectId()))
                .forEach(principal -> principals.put(key(principal.clientId()), principal));
        Stream.concat(publicClients.stream(), blueprints.stream())
                .forEach(client -> principals.put(key(client.clientId()), client));
        for (AgentIdentity agent : agents) {
            principals.put(
                    key(agent.clientId()),
                    ServicePrincipal.of(Kind.AGENT_IDENTITY, agent.clientId(), agent.objectId()));
        }
        for (Application application : registered) {
            var principal = ServicePrincipal.application(application.clientId(), application.objectId());
            var secret = new RegisteredSecret(application.secret(), false);
            principals.merge(key(application.clientId()), principal.with(secret), (first, again) -> first.with(secret));
        }
        Stream.concat(trusted.stream().map(Tenant.Trust::clientId), bound.keySet().stream())
                .map(clientId -> ServicePrincipal.managedIdentity(clientId, ObjectIds.of(clientId)))
                .forEach(principal -> principals.putIfAbsent(key(principal.clientId()), principal));
        for (Credential credential : credentials) {
            ServicePrincipal principal = known(principals, credential.clientId());
            principals.put(key(credential.clientId()), credential.addition().apply(principal));
        }
        return principals;
    }

    private static ServicePrincipal known(Map<String, ServicePrincipal> principals, String clientId) {
        ServicePrincipal principal = principals.get(key(clientId));
        if (principal == null) {
            throw new IllegalStateException("A credential was given for client ID " + clientId
                    + ", but there is no application or identity of that ID: add it with application(…),"
                    + " agentBlueprint(…) or identity(…)");
        }
        return principal;
    }

    private FederatedCredentials federation(
            Map<String, ServicePrincipal> principals,
            List<AgentIdentity> agentIdentities,
            List<ManagedIdentity> onNode,
            String tenant) {
        var created = new FederatedCredentials(clusterClock);
        for (Federation federation : federations) {
            String clientId = known(principals, federation.clientId()).clientId();
            created.create(clientId, federation.credential(), federation.delay());
        }
        for (AgentIdentity agent : agentIdentities) {
            created.create(agent.clientId(), agent.credential(tenant), Duration.ZERO);
        }
        principals.values().stream()
                .filter(this::trustsNode)
                .forEach(blueprint -> trustNode(created, blueprint, onNode, tenant));
        issuerKeys.forEach(created::publish);
        return created;
    }

    private boolean trustsNode(ServicePrincipal blueprint) {
        boolean given = blueprint.hasCredential()
                || Stream.concat(
                                federations.stream().map(Federation::clientId),
                                trusted.stream().map(Tenant.Trust::clientId))
                        .anyMatch(blueprint.clientId()::equalsIgnoreCase);
        return trustsAnnotated && blueprint.kind() == Kind.AGENT_BLUEPRINT && !given;
    }

    private static void trustNode(
            FederatedCredentials created, ServicePrincipal blueprint, List<ManagedIdentity> onNode, String tenant) {
        for (ManagedIdentity identity : onNode) {
            var credential = new FederatedCredential(
                    "https://login.microsoftonline.com/" + tenant + "/v2.0",
                    identity.objectId(),
                    WebhookSettings.AUDIENCE);
            created.create(blueprint.clientId(), credential, Duration.ZERO);
        }
    }

    private RoleAssignments roles(Map<String, ServicePrincipal> principals, List<AgentIdentity> agentIdentities) {
        var assigned = new RoleAssignments(clusterClock);
        roles.forEach(role -> assigned.assign(role.objectId(), role.role(), role.delay()));
        if (defaultRoles && roles.isEmpty()) {
            for (ServicePrincipal principal : principals.values()) {
                assigned.assign(principal.objectId(), BlobRole.READER, Duration.ZERO);
            }
            Stream.concat(Stream.of(user), agentIdentities.stream().flatMap(agent -> agent.account().stream()))
                    .forEach(reader -> assigned.assign(reader.objectId(), BlobRole.READER, Duration.ZERO));
        }
        return assigned;
    }

    private BlobStore blobStore() {
        var store = new BlobStore(clock);
        (blobs.isEmpty() ? samples() : blobs).forEach(blob -> blob.accept(store));
        return store;
    }

    private static String key(String guid) {
        return guid.toLowerCase(Locale.ROOT);
    }

    /** @param secret for a new one each time, see {@link RegisteredSecret#newValue()} */
    static Application defaultApplication(String secret) {
        return new Application(APPLICATION_CLIENT_ID, APPLICATION_OBJECT_ID, secret);
    }

    private static List<Consumer<BlobStore>> samples() {
        return List.of(
                sample("hello.txt", "text/plain; charset=utf-8"),
                sample("elements.csv", "text/csv"),
                sample("blue.png", "image/png"));
    }

    private static Consumer<BlobStore> sample(String name, String contentType) {
        return store -> store.put("samples", name, contentType, content(name));
    }

    private static byte[] content(String name) {
        try (InputStream in = TenantPlan.class.getResourceAsStream(SAMPLES_FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + SAMPLES_FOLDER + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
