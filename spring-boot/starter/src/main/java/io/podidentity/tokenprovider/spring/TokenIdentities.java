// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.ClientAssertions;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.spring.TokenProviderProperties.Identity;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * The token providers of the application's identities, each made when it is first asked for.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenIdentities {
    /** What health, metrics and the endpoint call the identity that has no name. */
    static final String UNNAMED = "default";

    /** What health, metrics and the endpoint call the blueprint, for an agent identity that has no name. */
    static final String BLUEPRINT = "agent-blueprint";

    /** What health, metrics and the endpoint call the identity of a client assertion, before the registration. */
    static final String ASSERTION = "client-assertion.";

    private static final String CLIENT_ID = "AZURE_CLIENT_ID";
    private static final String TENANT_ID = "AZURE_TENANT_ID";

    /** The library's name of the one source that signs in as a blueprint. */
    private static final String AGENT_SOURCE = "Agent identity";

    private static final String STORAGE = "https://storage.azure.com";

    private final TokenProviderProperties properties;
    private final ObjectProvider<TokenProviderConnectionDetails> connection;
    private final ObjectProvider<TokenProviderCustomizer> customizers;
    private final ObjectProvider<TokenListener> listeners;
    private final ObjectProvider<Listener> identityListeners;
    private final Map<String, AzureServiceTokenProvider> providers = new ConcurrentHashMap<>();
    private final Map<String, AzureServiceTokenProvider> agentProviders = new ConcurrentHashMap<>();
    private final Map<AgentIdentity, String> agentNames;

    /** Is told what becomes of the tokens of each identity, under the same conditions as a {@link TokenListener}. */
    interface Listener {

        /** Something happened to the token of the identity of that name. */
        void on(String identity, TokenListener.Event event);

        /** A caller is about to wait for a token of the identity of that name. */
        default void waiting(String identity, TokenRequest request) {}
    }

    TokenIdentities(
            TokenProviderProperties properties,
            ObjectProvider<TokenProviderConnectionDetails> connection,
            ObjectProvider<TokenProviderCustomizer> customizers,
            ObjectProvider<TokenListener> listeners,
            ObjectProvider<Listener> identityListeners) {
        this.properties = properties;
        this.connection = connection;
        this.customizers = customizers;
        this.listeners = listeners;
        this.identityListeners = identityListeners;
        this.agentNames = properties.agents().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(agent -> agent.getValue().identity(), Map.Entry::getKey));
    }

    /** The name of the identity that a setting asks for. */
    String name(@Nullable String setting) {
        String named = setting == null ? properties.identity() : setting;
        return named == null ? UNNAMED : named;
    }

    /** @throws IllegalArgumentException if the settings have no identity of that name */
    void requireKnown(String name) {
        if (!properties.names().contain(name)) {
            throw new IllegalArgumentException("There is no identity \"" + name + "\": " + properties.names());
        }
    }

    /**
     * The provider of the identity that a setting asks for, null being the default one.
     *
     * @throws TokenProviderSettingException if its settings cannot be used
     */
    AzureServiceTokenProvider provider(@Nullable String setting) {
        String name = name(setting);
        return properties.agents().containsKey(name)
                ? agentProviders.computeIfAbsent(name, this::makeAgentProvider)
                : ownProvider(name);
    }

    private AzureServiceTokenProvider ownProvider(String name) {
        return providers.computeIfAbsent(name, this::makeProvider);
    }

    private AzureServiceTokenProvider makeAgentProvider(String name) {
        AgentSettings agent = Objects.requireNonNull(properties.agents().get(name));
        return ownProvider(blueprintName()).asAgent(agent.identity());
    }

    /** The name of the identity that is the blueprint of all agent identities. */
    private String blueprintName() {
        if (properties.agentBlueprint() != null) {
            return BLUEPRINT;
        }
        String name = name(null);
        return properties.agents().containsKey(name) ? UNNAMED : name;
    }

    /** @throws TokenProviderSettingException if the settings have agent identities, and nothing signs in for them */
    void requireBlueprint() {
        // A provider tells its sources, and no other source signs in as an agent identity.
        boolean isMissing = !properties.agents().isEmpty()
                && !ownProvider(blueprintName()).toString().contains(AGENT_SOURCE);
        if (isMissing) {
            throw new TokenProviderSettingException(
                    "token-provider.agents is set, and the application does not sign in as a blueprint.",
                    "Set token-provider.agent-blueprint.client-id and .tenant-id, or"
                            + " token-provider.connection-string=RunAs=Agent;AppId=BLUEPRINT;TenantId=TENANT.");
        }
    }

    /** The request of an identity for a token, which names its agent identity; null is the default identity. */
    TokenRequest request(@Nullable String setting, String resource) {
        AgentSettings agent = properties.agents().get(name(setting));
        return TokenRequest.forResource(resource).withAgent(agent == null ? null : agent.identity());
    }

    /**
     * The resource in one form. In general a slash at the end makes it another resource: Entra ID writes what was asked
     * for into the token's audience, and its receiver may compare that letter by letter. But Azure Storage takes its
     * audience with and without the slash, and the Azure SDK's clients ask for it without.
     */
    static String canonical(String resource) {
        return resource.equals(STORAGE + "/") ? STORAGE : resource;
    }

    /** Forgets all tokens of the identities that were used. */
    void invalidate() {
        providers.values().forEach(AzureServiceTokenProvider::invalidate);
    }

    /** The assertions of a registration, of which those who listen are told as of an identity of that name. */
    ClientAssertions assertions(String registration, ClientAssertionSettings own) {
        AzureServiceTokenProvider.Builder builder = beginBuilder(null);
        if (own.source() == ClientAssertionSettings.Source.FILE) {
            Map<String, String> variables = new HashMap<>(mergeVariables(connection.getIfAvailable(), null));
            variables.put("AZURE_FEDERATED_TOKEN_FILE", String.valueOf(own.file()));
            builder.environment(variables);
        }
        addListeners(builder, ASSERTION + registration);
        return own.assertions(properties.identities()).with(customize(builder));
    }

    /** The agent identity of that name, as the client of a registration. */
    AgentRegistration agentRegistration(String name) {
        AgentSettings agent = Objects.requireNonNull(properties.agents().get(name));
        return new AgentRegistration(name, agent.identity().clientId(), provider(name));
    }

    private void addListeners(AzureServiceTokenProvider.Builder builder, String name) {
        identityListeners.orderedStream().forEach(listener -> builder.listener(new Named(name, agentNames, listener)));
        listeners.orderedStream().forEach(builder::listener);
    }

    /** Tells a listener whose token it is: that of an agent identity with a name, or of the provider's identity. */
    private record Named(String identity, Map<AgentIdentity, String> agentNames, Listener listener)
            implements TokenListener {
        @Override
        public void on(Event event) {
            listener.on(nameOf(event.request()), event);
        }

        @Override
        public void waiting(TokenRequest request) {
            listener.waiting(nameOf(request), request);
        }

        private String nameOf(TokenRequest request) {
            return request.agent().map(agentNames::get).orElse(identity);
        }
    }

    private AzureServiceTokenProvider.Builder beginBuilder(@Nullable Identity identity) {
        AzureServiceTokenProvider.Builder builder = AzureServiceTokenProvider.builder();
        if (properties.deadline() != null) {
            builder.deadline(properties.deadline());
        }
        TokenProviderConnectionDetails details = connection.getIfAvailable();
        if (details != null && details.sslContext() != null) {
            builder.sslContext(details.sslContext());
        }
        if (details != null || identity != null || !properties.environment().isEmpty()) {
            builder.environment(mergeVariables(details, identity));
        }
        return builder;
    }

    private AzureServiceTokenProvider.Builder customize(AzureServiceTokenProvider.Builder builder) {
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder;
    }

    private AzureServiceTokenProvider makeProvider(String name) {
        Identity identity = properties.identities().get(name);
        String connectionString = connectionString(name);
        AzureServiceTokenProvider.Builder builder = beginBuilder(identity).connectionString(connectionString);
        addListeners(builder, name);
        customize(builder);
        try {
            return builder.build();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw explainWrong(settingOf(name, connectionString), e);
        }
    }

    private @Nullable String connectionString(String name) {
        AgentBlueprintSettings blueprint = properties.agentBlueprint();
        if (blueprint != null && name.equals(BLUEPRINT)) {
            return blueprint.connectionString(
                    mergeVariables(connection.getIfAvailable(), null).get(TENANT_ID));
        }
        Identity identity = properties.identities().get(name);
        return identity == null ? properties.connectionString() : identity.connectionString();
    }

    private Map<String, String> mergeVariables(
            @Nullable TokenProviderConnectionDetails details, @Nullable Identity identity) {
        Map<String, String> variables =
                new HashMap<>(details == null ? properties.environmentOver(System.getenv()) : details.environment());
        if (identity != null && identity.clientId() != null) {
            // What the variables say of another identity must not be mixed with this one.
            variables.remove("AzureServicesAuthConnectionString");
            if (!identity.clientId().equals(variables.get(CLIENT_ID))) {
                variables.keySet().removeIf(variable -> variable.startsWith("AZURE_CLIENT_"));
            }
            variables.put(CLIENT_ID, identity.clientId());
            if (identity.tenantId() != null) {
                variables.put(TENANT_ID, identity.tenantId());
            }
        }
        return variables;
    }

    /** The setting that says how an identity signs in. */
    private String settingOf(String name, @Nullable String connectionString) {
        if (name.equals(BLUEPRINT)) {
            return "token-provider.agent-blueprint";
        }
        if (connectionString == null) {
            return "the variable AzureServicesAuthConnectionString or AZURE_TOKEN_CREDENTIALS";
        }
        return properties.identities().containsKey(name)
                ? "token-provider.identities." + name + ".connection-string"
                : "token-provider.connection-string";
    }

    private static TokenProviderSettingException explainWrong(String setting, RuntimeException cause) {
        var wrong = new TokenProviderSettingException(
                "The token provider cannot use " + setting + ": " + cause.getMessage(),
                "Correct " + setting
                        + ", or remove it to use the default chain. docs/connection-string.md lists keys and"
                        + " examples.");
        wrong.initCause(cause);
        return wrong;
    }

    /**
     * Defines a provider, and with the Azure SDK a credential, for each of {@code token-provider.identities} and {@code
     * token-provider.agents}, and a provider for the blueprint. They are found by their qualifier alone, so whoever
     * asks for the type without one gets the default identity.
     */
    static final class Registrar implements ImportBeanDefinitionRegistrar {
        private static final String PROVIDER = "tokenProvider-";

        private final Environment environment;
        private final boolean hasAzureSdk;

        Registrar(Environment environment, ClassLoader classLoader) {
            this.environment = environment;
            this.hasAzureSdk = ClassUtils.isPresent("com.azure.core.credential.TokenCredential", classLoader);
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            requireBoot4(SpringBootVersion.getVersion());
            Set<String> names = new TreeSet<>();
            names.addAll(readNames("token-provider.identities", Identity.class));
            names.addAll(readNames("token-provider.agents", AgentSettings.class));
            for (String name : names) {
                registerProvider(name, registry);
                registerCredential(name, registry);
            }
            boolean hasBlueprint = Binder.get(environment)
                    .bind("token-provider.agent-blueprint", AgentBlueprintSettings.class)
                    .isBound();
            if (hasBlueprint && !names.contains(BLUEPRINT)) {
                registerProvider(BLUEPRINT, registry);
            }
        }

        private Set<String> readNames(String setting, Class<?> type) {
            return Binder.get(environment)
                    .bind(setting, Bindable.mapOf(String.class, type))
                    .map(Map::keySet)
                    .orElse(Set.of());
        }

        /** This comes before any bean. With Boot 3 the starter would be there, but without health and without pools. */
        static void requireBoot4(String version) {
            if (version.charAt(0) < '4') {
                throw new TokenProviderSettingException(
                        "token-provider-spring-boot-starter needs Spring Boot 4, and the application has " + version
                                + ".",
                        "Use Spring Boot 4, or the library without the starter: replace the dependency by"
                                + " io.podidentity:token-provider and make the AzureServiceTokenProvider yourself.");
            }
        }

        private static void registerProvider(String name, BeanDefinitionRegistry registry) {
            RootBeanDefinition provider = define(AzureServiceTokenProvider.class, name, name);
            provider.setFactoryBeanName("tokenIdentities");
            provider.setFactoryMethodName("provider");
            registry.registerBeanDefinition(PROVIDER + name, provider);
        }

        private void registerCredential(String name, BeanDefinitionRegistry registry) {
            if (hasAzureSdk) {
                registry.registerBeanDefinition(
                        "tokenCredential-" + name,
                        define(TokenProviderCredential.class, name, new RuntimeBeanReference(PROVIDER + name)));
            }
        }

        private static RootBeanDefinition define(Class<?> type, String name, Object argument) {
            RootBeanDefinition definition = new RootBeanDefinition(type);
            definition.getConstructorArgumentValues().addIndexedArgumentValue(0, argument);
            definition.setDefaultCandidate(false);
            // Where a look-up by type finds the default identity and one more, Spring takes the one that is no
            // fallback.
            definition.setFallback(true);
            definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
            return definition;
        }
    }
}
