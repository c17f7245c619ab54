// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.util.StringUtils;

/**
 * The registrations that the application has: those of its settings, or of a repository that it defines.
 *
 * @param settings those of spring.security.oauth2.client.registration
 * @param repositories the repository of a servlet application; empty for one that is not
 * @param reactiveRepositories the repository of a reactive application; empty for one that is not
 */
record KnownRegistrations(
        Map<String, OAuth2ClientProperties.Registration> settings,
        ObjectProvider<ClientRegistrationRepository> repositories,
        ObjectProvider<ReactiveClientRegistrationRepository> reactiveRepositories) {
    private static final Logger LOG = LoggerFactory.getLogger(KnownRegistrations.class);

    private static final String REGISTRATION = "spring.security.oauth2.client.registration";
    private static final String SETTING = "token-provider.client-assertion.";

    /** A repository may be that of a database, which is asked once, at the start. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What Spring Security takes a registration to have that says nothing; it needs a secret. */
    private static final List<ClientAuthenticationMethod> POSSIBLE =
            List.of(ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.PRIVATE_KEY_JWT);

    /** @throws TokenProviderSettingException if there is no such registration, or it signs in in another way */
    void requireSecretless(String name) {
        OAuth2ClientProperties.@Nullable Registration setting = settings.get(name);
        if (setting != null) {
            requireSecretless(name, setting.getClientSecret(), setting.getClientAuthenticationMethod());
            return;
        }
        Object repository = repository();
        ClientRegistration registration = find(repository, name);
        if (registration != null) {
            ClientAuthenticationMethod method = registration.getClientAuthenticationMethod();
            boolean isPossible = POSSIBLE.contains(method);
            requireSecretless(name, registration.getClientSecret(), isPossible ? null : method.getValue());
        } else if (repository == null || repository instanceof Iterable<?>) {
            throw unknown(name, repository);
        } else {
            LOG.warn(
                    "{}{} names a registration that {} does not have yet.",
                    SETTING,
                    name,
                    repository.getClass().getSimpleName());
        }
    }

    /**
     * Does nothing for a registration that a database does not have yet.
     *
     * @throws TokenProviderSettingException if the registration cannot have the agent identity as its client
     */
    void requireClient(String name, AgentRegistration agent) {
        OAuth2ClientProperties.@Nullable Registration setting = settings.get(name);
        ClientRegistration registration = setting == null ? find(repository(), name) : null;
        Optional<String> complaint = Optional.empty();
        if (setting != null) {
            Set<String> scopes = Objects.requireNonNullElse(setting.getScope(), Set.of());
            complaint = agent.complain(setting.getClientId(), setting.getAuthorizationGrantType(), scopes);
        } else if (registration != null) {
            String grant = registration.getAuthorizationGrantType().getValue();
            complaint = agent.complain(registration.getClientId(), grant, registration.getScopes());
        }
        if (complaint.isPresent()) {
            throw new TokenProviderSettingException(
                    SETTING + name + " does not fit the registration " + name + ": " + complaint.get() + ".",
                    "Correct " + REGISTRATION + "." + name + ", or remove " + SETTING + name + ".*.");
        }
    }

    private @Nullable Object repository() {
        ClientRegistrationRepository repository = repositories.getIfAvailable();
        return repository == null ? reactiveRepositories.getIfAvailable() : repository;
    }

    private static @Nullable ClientRegistration find(@Nullable Object repository, String name) {
        if (repository instanceof ClientRegistrationRepository blocking) {
            return blocking.findByRegistrationId(name);
        }
        return repository instanceof ReactiveClientRegistrationRepository reactive
                ? reactive.findByRegistrationId(name).block(PATIENCE)
                : null;
    }

    private static void requireSecretless(String name, @Nullable String secret, @Nullable String method) {
        if (StringUtils.hasText(secret)) {
            throw new TokenProviderSettingException(
                    REGISTRATION + "." + name + ".client-secret is set, and " + SETTING + name + " too.",
                    "Remove the secret, or " + SETTING + name + ".*, or set " + SETTING + name
                            + ".source=none in the profile that has the secret.");
        }
        if (method != null && !method.equals("private_key_jwt")) {
            throw new TokenProviderSettingException(
                    REGISTRATION + "." + name + ".client-authentication-method is " + method
                            + ", which is another way to authenticate than " + SETTING + name + ".",
                    "Remove client-authentication-method, or set it to private_key_jwt.");
        }
    }

    private TokenProviderSettingException unknown(String name, @Nullable Object repository) {
        List<String> names = repository instanceof Iterable<?> registrations
                ? StreamSupport.stream(registrations.spliterator(), false)
                        .filter(ClientRegistration.class::isInstance)
                        .map(registration -> ((ClientRegistration) registration).getRegistrationId())
                        .toList()
                : List.copyOf(settings.keySet());
        return new TokenProviderSettingException(
                SETTING + name + " names a registration that does not exist: the application has "
                        + (names.isEmpty() ? "none." : "only " + names + "."),
                "Correct the name, or add " + REGISTRATION + "." + name + ".");
    }
}
