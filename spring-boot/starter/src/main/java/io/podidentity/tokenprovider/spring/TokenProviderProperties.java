// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AgentIdentity;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * The settings {@code token-provider.*}.
 *
 * @param deadline How long one call for a token may take, including all sources and retries, from more than 0 to 1 day;
 *     a number without a unit is in seconds.
 * @param connectionString How to sign in, such as RunAs=App, instead of the default chain; a secret if it contains one.
 * @param environment Variables such as AZURE_CLIENT_ID that are added to the environment of the process, or replace its
 *     variables, but only for the token sources.
 * @param identities More identities, by names of your own. Each is a bean of type AzureServiceTokenProvider, and with
 *     the Azure SDK one of type TokenCredential, both with the name as their qualifier.
 * @param identity Name of the identity, among token-provider.identities and token-provider.agents, of whatever names
 *     none; by default the one of token-provider.connection-string or of the default chain.
 * @param agents Agent identities of Microsoft Entra Agent ID, by names of your own. Each is a bean of type
 *     AzureServiceTokenProvider, and with the Azure SDK one of type TokenCredential, both with the name as their
 *     qualifier.
 * @param resources Resources, such as https://storage.azure.com, whose tokens the application needs: they are got after
 *     the start, without waiting for them, and kept fresh. Health and metrics report them from the start.
 * @param bearer Servers to which RestClient, RestTemplate and WebClient send tokens.
 * @param clientAssertion Registrations of spring.security.oauth2.client, by their names, that sign in by a client
 *     assertion in place of a secret.
 */
@ConfigurationProperties("token-provider")
record TokenProviderProperties(
        @DurationUnit(ChronoUnit.SECONDS) @Nullable Duration deadline,
        @Nullable String connectionString,
        @DefaultValue Map<String, String> environment,
        @DefaultValue Map<String, Identity> identities,
        @Nullable String identity,
        @NestedConfigurationProperty @Nullable AgentBlueprintSettings agentBlueprint,
        @DefaultValue Map<String, AgentSettings> agents,
        @DefaultValue List<String> resources,
        @DefaultValue List<BearerTarget> bearer,
        @DefaultValue Map<String, ClientAssertionSettings> clientAssertion,
        @DefaultValue DataSource datasource,
        @DefaultValue Redis redis,
        @DefaultValue Kafka kafka) {

    private static final Duration MAX_DEADLINE = Duration.ofDays(1);

    TokenProviderProperties {
        environment = Map.copyOf(environment);
        identities = Map.copyOf(identities);
        agents = Map.copyOf(agents);
        resources = resources.stream().map(TokenIdentities::canonical).toList();
        bearer = List.copyOf(bearer);
        clientAssertion = Map.copyOf(clientAssertion);
        boolean isPossible =
                deadline == null || (deadline.compareTo(Duration.ZERO) > 0 && deadline.compareTo(MAX_DEADLINE) <= 0);
        require(isPossible, "deadline", deadline, "It must be more than 0 and at most 1 day, such as 30s.");
        for (String resource : resources) {
            require(!resource.isBlank(), "resources", resources, "An entry is blank.");
        }
        identities.forEach(TokenProviderProperties::check);
        if (agentBlueprint != null) {
            agentBlueprint.check();
        }
        checkAgents(agents, identities);
        IdentityNames names = new IdentityNames(identities, agents);
        names.require("identity", identity);
        for (int i = 0; i < bearer.size(); i++) {
            check(bearer.get(i), "bearer[" + i + "].", names);
        }
        for (Map.Entry<String, ClientAssertionSettings> registration : clientAssertion.entrySet()) {
            registration.getValue().check("token-provider.client-assertion." + registration.getKey(), names);
        }
        names.require("datasource.identity", datasource.identity());
        for (Map.Entry<String, String> pool : datasource.identities().entrySet()) {
            names.require("datasource.identities." + pool.getKey(), pool.getValue());
        }
        names.require("redis.identity", redis.identity());
        names.require("kafka.identity", kafka.identity());
    }

    private static void check(String name, Identity identity) {
        requireFree("identities." + name, name);
        String complaint = identity.complaint();
        require(complaint == null, "identities." + name, identity, complaint);
    }

    private static void checkAgents(Map<String, AgentSettings> agents, Map<String, Identity> identities) {
        Map<AgentIdentity, String> known = new HashMap<>();
        for (Map.Entry<String, AgentSettings> entry : new TreeMap<>(agents).entrySet()) {
            String setting = "agents." + entry.getKey();
            AgentSettings agent = entry.getValue();
            requireFree(setting, entry.getKey());
            require(
                    !identities.containsKey(entry.getKey()),
                    setting,
                    agent,
                    "token-provider.identities has this name, too.");
            String complaint = agent.complaint();
            require(complaint == null, setting, agent, complaint);
            String other = known.putIfAbsent(agent.identity(), entry.getKey());
            require(other == null, setting, agent, "token-provider.agents." + other + " is the same agent identity.");
        }
    }

    private static void requireFree(String setting, String name) {
        require(
                !name.equals(TokenIdentities.UNNAMED),
                setting,
                name,
                "This name is taken by the identity of token-provider.connection-string.");
        require(
                !name.equals(TokenIdentities.BLUEPRINT),
                setting,
                name,
                "This name is taken by the blueprint of token-provider.agent-blueprint.");
    }

    private static void check(BearerTarget target, String setting, IdentityNames names) {
        require(target.complaint() == null, setting + "url", target.shown(), target.complaint());
        boolean hasResource = !target.resource().isBlank();
        require(hasResource, setting + "resource", "", "It is missing; it is such as api://CLIENT_ID.");
        names.require(setting + "identity", target.identity());
    }

    /** The names that a setting can choose. */
    IdentityNames names() {
        return new IdentityNames(identities, agents);
    }

    /** The binder would report what a record throws as a failure of the whole record; the analyzer finds this. */
    static void require(boolean isRight, String setting, @Nullable Object value, @Nullable String complaint) {
        if (!isRight) {
            String given = value == null || value.toString().isEmpty() ? "missing" : "\"" + value + "\"";
            throw new TokenProviderSettingException(
                    "token-provider." + setting + " is " + given + ". " + complaint,
                    "Correct token-provider." + setting + ", or remove it.");
        }
    }

    /** The environment of the process, with the variables of {@code token-provider.environment} added or replaced. */
    Map<String, String> environmentOver(Map<String, String> process) {
        Map<String, String> merged = new HashMap<>(process);
        merged.putAll(environment);
        return merged;
    }

    /** Shows names and numbers only, because a variable can contain a secret. */
    @Override
    public String toString() {
        return "TokenProviderProperties[deadline=" + deadline + ", connectionString=" + hidden(connectionString)
                + ", environment=" + environment.keySet() + ", identities=" + identities + ", identity=" + identity
                + ", agentBlueprint=" + agentBlueprint + ", agents=" + agents + ", resources=" + resources + ", bearer="
                + bearer + ", clientAssertion=" + clientAssertion
                + ", datasource=" + datasource + ", redis=" + redis + ", kafka=" + kafka + "]";
    }

    private static String hidden(@Nullable String secret) {
        return secret == null ? "none" : "[secret]";
    }

    /**
     * One more identity.
     *
     * @param connectionString How it signs in, such as RunAs=App;AppId=CLIENT_ID; a secret if it contains one.
     * @param clientId Its client ID, for the default chain: that of a managed identity, or of an application that
     *     trusts the pod's service account.
     * @param tenantId The tenant of that application; by default that of AZURE_TENANT_ID.
     */
    record Identity(
            @Nullable String connectionString,
            @Nullable String clientId,
            @Nullable String tenantId) {

        /** What is wrong with it; null if nothing is. */
        @Nullable
        String complaint() {
            if ((connectionString == null) == (clientId == null)) {
                return "It needs either a connection-string or a client-id.";
            }
            return tenantId != null && clientId == null
                    ? "A tenant-id is for a client-id; a connection-string has TenantId."
                    : null;
        }

        @Override
        public String toString() {
            return "Identity[connectionString=" + hidden(connectionString) + ", clientId=" + clientId + ", tenantId="
                    + tenantId + "]";
        }
    }

    /**
     * Whether connection pools sign in with tokens.
     *
     * @param enabled Whether the pools without a password (HikariCP, for PostgreSQL, MySQL, MariaDB and SQL Server)
     *     sign in with a token.
     * @param resource Resource of these tokens; by default that of the database in Azure's public cloud. SQL Server
     *     names its own.
     * @param identity Name of the identity that signs in, among token-provider.identities and
     *     token-provider.agents; by default that of token-provider.identity.
     * @param identities Identities of single pools, by the names of their beans.
     */
    record DataSource(
            @DefaultValue("false") boolean enabled,
            @Nullable String resource,
            @Nullable String identity,
            @DefaultValue Map<String, String> identities) {}

    /**
     * Whether Redis clients sign in with tokens.
     *
     * @param enabled Whether the clients of spring.data.redis (Lettuce or Jedis) sign in with a token.
     * @param resource Resource of these tokens.
     * @param identity Name of the identity that signs in, among token-provider.identities and
     *     token-provider.agents; by default that of token-provider.identity.
     */
    record Redis(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("https://redis.azure.com") String resource,
            @Nullable String identity) {}

    /**
     * Whether Kafka's clients sign in with tokens.
     *
     * @param enabled Whether the clients of spring.kafka (producers, consumers, admin, streams) sign in with a token.
     * @param resource Resource of these tokens; by default that of the Event Hubs namespace in
     *     spring.kafka.bootstrap-servers.
     * @param identity Name of the identity that signs in, among token-provider.identities and
     *     token-provider.agents; by default that of token-provider.identity.
     */
    record Kafka(
            @DefaultValue("false") boolean enabled,
            @Nullable String resource,
            @Nullable String identity) {}
}
