// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.serve.YamlList;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps the emulated tenant as the cluster's objects describe it: an identity for each client ID that a service account
 * is annotated with or the ConfigMap names, its federated credentials, and its roles. Without the ConfigMap's word each
 * annotated account is trusted by the identity that it names, each identity may read blobs, and each tenant that an
 * annotated account names is there, with that account's identity at home in it. Agent identities are those of the
 * ConfigMap alone.
 *
 * <p>Thread-safety: safe. Lifecycle: follows the objects until the client is closed.
 */
final class AzureOfCluster {

    private static final String ROLES = "roles";
    private static final String CREDENTIALS = "federatedCredentials";
    private static final String TENANTS = "tenants";
    private static final String AGENTS = "agents";
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,199}");

    private final KubernetesClient client;
    private final Directory directory;
    private final TokenIssuer entra;
    private final KeptKeys keys;
    private final String issuer;
    private final Consumer<String> log;
    private final SharedIndexInformer<ServiceAccount> accounts;
    private final SharedIndexInformer<ConfigMap> settings;

    // @GuardedBy("this")
    private Set<String> others = Set.of();

    /** What is in the directory by this class's doing. */
    // @GuardedBy("this")
    private Set<Trust> trusts = Set.of();

    // @GuardedBy("this")
    private Set<Role> roles = Set.of();

    private record Trust(String clientId, FederatedCredential credential) {}

    private record Role(String principal, BlobRole role) {}

    /** @param issuer of the cluster's tokens */
    AzureOfCluster(
            KubernetesClient client,
            AddedEndpoint.Azure azure,
            KeptKeys keys,
            String issuer,
            Executor thread,
            Consumer<String> log) {
        this.client = client;
        this.directory = azure.directory();
        this.entra = azure.issuer();
        this.keys = keys;
        this.issuer = issuer;
        this.log = log;
        this.accounts = client.serviceAccounts().inAnyNamespace().inform();
        this.settings = client.configMaps().withName(KubernetesCluster.NAME).inform();
        apply();
        var changes = new SoonAfter(thread, this::apply);
        accounts.addEventHandler(changes);
        settings.addEventHandler(changes);
    }

    /** The annotations of a service account; empty if there is none of that name. */
    Optional<Map<String, String>> annotations(ObjectName name) {
        String key = name.namespace() + "/" + name.name();
        return Optional.ofNullable(accounts.getStore().getByKey(key))
                // It may be newer than what was told of.
                .or(() -> client
                        .serviceAccounts()
                        .inNamespace(name.namespace())
                        .withField("metadata.name", name.name())
                        .list()
                        .getItems()
                        .stream()
                        .findFirst())
                .map(AzureOfCluster::annotations);
    }

    private static Map<String, String> annotations(ServiceAccount account) {
        Map<String, String> annotations = account.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** Names the identities that pods get otherwise than by their accounts; they are as much part of this Azure. */
    synchronized void also(Set<String> clientIds) {
        others = Set.copyOf(clientIds);
        apply();
    }

    private synchronized void apply() {
        Map<String, String> said = settings.getStore().list().stream()
                .findFirst()
                .map(ConfigMap::getData)
                .orElse(Map.of());
        try {
            provideTenants(said);
            List<AgentIdentity> agents = agents(said.getOrDefault(AGENTS, "[]"));
            Set<Trust> annotated = annotated();
            var wanted = new LinkedHashSet<>(said.containsKey(CREDENTIALS) ? trusts(said.get(CREDENTIALS)) : annotated);
            agents.forEach(agent -> wanted.add(new Trust(agent.clientId(), agent.credential(directory.tenantId()))));
            var clients = new LinkedHashSet<>(others);
            wanted.forEach(trust -> clients.add(trust.clientId()));
            annotated.forEach(trust -> clients.add(trust.clientId()));
            Set<Role> assigned = said.containsKey(ROLES) ? roles(said.get(ROLES)) : readers(clients, agents);
            provideAgents(agents);
            clients.forEach(this::provide);
            change(trusts, wanted, this::remove, this::create);
            change(
                    roles,
                    assigned,
                    old -> directory.roles().withdraw(old.principal(), old.role()),
                    role -> directory.roles().assign(role.principal(), role.role(), Duration.ZERO));
            trusts = wanted;
            roles = assigned;
        } catch (ManifestException e) {
            log.accept("the ConfigMap " + KubernetesCluster.NAME + " cannot be used, so what was said before stays: "
                    + e.getMessage());
        }
    }

    private static <T> void change(Set<T> present, Set<T> wanted, Consumer<T> remove, Consumer<T> create) {
        present.stream().filter(element -> !wanted.contains(element)).forEach(remove);
        wanted.stream().filter(element -> !present.contains(element)).forEach(create);
    }

    private void provideTenants(Map<String, String> said) {
        Map<String, Set<String>> homes = homes();
        Set<String> tenants = said.containsKey(TENANTS) ? tenants(said.get(TENANTS)) : named(homes);
        keys.provide(tenants);
        for (String tenant : tenants) {
            TokenIssuer there = entra.inTenant(tenant);
            directory
                    .federation()
                    .publish(there.issuerOfVersion2(), List.of(there.key().publicKey()));
        }
        directory.otherTenants().replace(tenants, homes);
    }

    /** In which tenants each identity is, by its client ID: in the emulator's own, unless its account names one. */
    private Map<String, Set<String>> homes() {
        var homes = new LinkedHashMap<String, Set<String>>();
        for (ServiceAccount account : accounts.getStore().list()) {
            Map<String, String> annotations = annotations(account);
            String clientId = annotations.getOrDefault(Keys.CLIENT_ID, "");
            if (ClientIdText.canBeOne(clientId)) {
                homes.computeIfAbsent(clientId.toLowerCase(Locale.ROOT), first -> new LinkedHashSet<>())
                        .add(annotations.getOrDefault(Keys.TENANT_ID, directory.tenantId()));
            }
        }
        return homes;
    }

    private Set<String> named(Map<String, Set<String>> homes) {
        return homes.values().stream()
                .flatMap(Set::stream)
                .filter(tenant -> TENANT.matcher(tenant).matches())
                .filter(tenant -> !directory.isSharedTenant(tenant) && !tenant.equalsIgnoreCase(directory.tenantId()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> tenants(String yaml) {
        var tenants = new LinkedHashSet<String>();
        for (YamlList.Item item : YamlList.parseText(KubernetesCluster.NAME + "/" + TENANTS, yaml, Set.of("id"))) {
            String id = item.requireValue("id");
            if (!TENANT.matcher(id).matches()) {
                throw new ManifestException(item.position(), "a tenant is a GUID or a domain, not \"" + id + "\"");
            }
            tenants.add(id);
        }
        return tenants;
    }

    private static List<AgentIdentity> agents(String yaml) {
        var agents = new LinkedHashMap<String, AgentIdentity>();
        Set<String> keys = Set.of("agent", "blueprint", "user");
        for (YamlList.Item item : YamlList.parseText(KubernetesCluster.NAME + "/" + AGENTS, yaml, keys)) {
            String clientId = item.requireValue("agent");
            var agent = new AgentIdentity(clientId, clientId, item.requireValue("blueprint"));
            String user = item.getOrDefault("user", "");
            if (!user.isEmpty()) {
                agent = agent.withAccount(new User(user, ObjectIds.of(user)));
            }
            if (agents.put(clientId.toLowerCase(Locale.ROOT), agent) != null) {
                throw new ManifestException(
                        item.position(), "agent identity " + clientId + " is given twice, and it has one blueprint");
            }
        }
        return List.copyOf(agents.values());
    }

    private void provideAgents(List<AgentIdentity> agents) {
        for (AgentIdentity agent : agents) {
            String blueprint = agent.blueprintId();
            directory
                    .principals()
                    .register(ServicePrincipal.of(Kind.AGENT_BLUEPRINT, blueprint, ObjectIds.of(blueprint)));
            directory
                    .principals()
                    .register(ServicePrincipal.of(Kind.AGENT_IDENTITY, agent.clientId(), agent.objectId()));
        }
        directory.agents().replace(agents);
    }

    private Set<Trust> annotated() {
        var trusts = new LinkedHashSet<Trust>();
        for (ServiceAccount account : accounts.getStore().list()) {
            var name = new ObjectName(
                    account.getMetadata().getNamespace(), account.getMetadata().getName());
            Optional.ofNullable(annotations(account).get(Keys.CLIENT_ID))
                    .filter(ClientIdText::canBeOne)
                    .ifPresent(clientId -> trusts.add(new Trust(
                            clientId,
                            new FederatedCredential(issuer, ClusterIssuer.subject(name), WebhookSettings.AUDIENCE))));
        }
        return trusts;
    }

    private Set<Trust> trusts(String yaml) {
        var trusts = new LinkedHashSet<Trust>();
        for (YamlList.Item item : YamlList.parseText(
                KubernetesCluster.NAME + "/" + CREDENTIALS,
                yaml,
                Set.of("identity", "subject", "issuer", "audience"))) {
            trusts.add(new Trust(
                    item.requireValue("identity"),
                    new FederatedCredential(
                            item.getOrDefault("issuer", issuer),
                            item.requireValue("subject"),
                            item.getOrDefault("audience", WebhookSettings.AUDIENCE))));
        }
        return trusts;
    }

    private static Set<Role> roles(String yaml) {
        var roles = new LinkedHashSet<Role>();
        for (YamlList.Item item :
                YamlList.parseText(KubernetesCluster.NAME + "/" + ROLES, yaml, Set.of("principal", "role"))) {
            try {
                roles.add(new Role(item.requireValue("principal"), BlobRole.named(item.requireValue("role"))));
            } catch (IllegalArgumentException e) {
                throw new ManifestException(item.position(), String.valueOf(e.getMessage()));
            }
        }
        return roles;
    }

    private static Set<Role> readers(Set<String> clients, List<AgentIdentity> agents) {
        Stream<String> accounts =
                agents.stream().flatMap(agent -> agent.account().stream()).map(User::objectId);
        return Stream.concat(clients.stream(), accounts)
                .map(reader -> new Role(reader, BlobRole.READER))
                .collect(Collectors.toSet());
    }

    private void provide(String clientId) {
        if (directory.principal(clientId).isEmpty()) {
            directory.principals().register(ServicePrincipal.managedIdentity(clientId, ObjectIds.of(clientId)));
        }
    }

    private void remove(Trust old) {
        FederatedCredential credential = old.credential();
        directory.federation().remove(old.clientId(), credential.issuer(), credential.subject());
    }

    private void create(Trust trust) {
        try {
            directory.federation().create(trust.clientId(), trust.credential(), Duration.ZERO);
        } catch (IllegalArgumentException asInAzure) {
            log.accept(trust.credential().subject() + " is not trusted: " + asInAzure.getMessage());
        }
    }
}
