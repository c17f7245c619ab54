// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.kafka;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.jspecify.annotations.Nullable;

/**
 * Signs a Kafka client in to Event Hubs with SASL/OAUTHBEARER. Kafka creates this class if the client's configuration
 * has
 *
 * <pre>{@code
 * security.protocol=SASL_SSL
 * sasl.mechanism=OAUTHBEARER
 * sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
 * sasl.login.callback.handler.class=io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler
 * }</pre>
 *
 * <p>The token is for the namespace of the first bootstrap server, {@code https://NAMESPACE.servicebus.windows.net}. If
 * that server has a custom host name, set the namespace in the option {@code resource} of the login module, or in
 * {@code scope}, followed by {@code /.default}. The option {@code connectionString} says how to sign in, as for
 * {@link AzureServiceTokenProvider#AzureServiceTokenProvider(String)}.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads once it is configured. <i>Lifecycle:</i> one instance for
 * each login; all instances share the tokens of the process. Nothing to close.
 *
 * @since 0.1.0
 */
public final class OauthBearerCallbackHandler implements AuthenticateCallbackHandler {
    private static final Pattern NAMESPACE = Pattern.compile(
            "(?:\\w+://)?([\\w-]+\\.servicebus" + "\\.(?:windows\\.net|usgovcloudapi\\.net|chinacloudapi\\.cn)):\\d+");

    /** Between two looks whether there is another token, and how many looks there are at most: for 2 s. */
    private static final long LOOK_NANOS = 50_000_000;

    private static final int LOOKS = 40;

    private final Function<@Nullable String, AzureServiceTokenProvider> providers;
    private @Nullable AzureServiceTokenProvider provider;
    private @Nullable TokenRequest request;
    private volatile @Nullable AccessToken last;

    /** For Kafka, which configures the instance next. */
    public OauthBearerCallbackHandler() {
        this(AzureServiceTokenProvider::new);
    }

    /**
     * For a handler of your own that has a provider, and calls this one.
     *
     * @param provider gets the tokens, whatever the option {@code connectionString} says
     */
    public OauthBearerCallbackHandler(AzureServiceTokenProvider provider) {
        this(connectionString -> provider);
        requireNonNull(provider, "provider");
    }

    private OauthBearerCallbackHandler(Function<@Nullable String, AzureServiceTokenProvider> providers) {
        this.providers = providers;
    }

    /**
     * Reads the configuration: which token to ask for, and how to sign in.
     *
     * @param configs the client's configuration
     * @param saslMechanism OAUTHBEARER
     * @param jaasConfigEntries the login module and its options
     * @throws ConfigException if the token would be sent without TLS, or its resource is not known
     * @throws IllegalArgumentException if the connection string is invalid, or an environment variable has an invalid
     *     value
     */
    @Override
    public void configure(Map<String, ?> configs, String saslMechanism, List<AppConfigurationEntry> jaasConfigEntries) {
        if ("SASL_PLAINTEXT".equals(configs.get("security.protocol"))) {
            throw new ConfigException("An access token is never sent without TLS. Set security.protocol=SASL_SSL.");
        }
        Map<String, ?> options = jaasConfigEntries.get(0).getOptions();
        request = request(options, configs.get("bootstrap.servers"));
        provider = providers.apply((String) options.get("connectionString"));
    }

    private static TokenRequest request(Map<String, ?> options, @Nullable Object bootstrapServers) {
        if (options.get("resource") instanceof String resource) {
            return TokenRequest.forResource(resource);
        }
        if (options.get("scope") instanceof String scope) {
            return TokenRequest.forScope(scope);
        }
        Object first = bootstrapServers instanceof List<?> servers && !servers.isEmpty() ? servers.get(0) : "";
        return resourceOf(first.toString())
                .map(TokenRequest::forResource)
                .orElseThrow(() -> new ConfigException("The first of bootstrap.servers, \"" + first
                        + "\", is not an Event Hubs namespace, so the resource of the token is not known."
                        + " Add resource=\"https://NAMESPACE.servicebus.windows.net\" to sasl.jaas.config."));
    }

    /**
     * The resource of the tokens for a server, by its name.
     *
     * @param server a host with a port, such as {@code NAMESPACE.servicebus.windows.net:9093}
     * @return such as {@code https://NAMESPACE.servicebus.windows.net}; empty if it is not an Event Hubs namespace
     */
    public static Optional<String> resourceOf(String server) {
        Matcher namespace = NAMESPACE.matcher(server);
        return namespace.matches() ? Optional.of("https://" + namespace.group(1)) : Optional.empty();
    }

    /**
     * Gets a token for a login. If there is none, the login fails with the message of the
     * {@link TokenAcquisitionException}.
     *
     * @throws UnsupportedCallbackException if Kafka asks for anything except a token and SASL extensions (there are no
     *     extensions)
     * @throws NullPointerException if {@code configure} was not called
     */
    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerTokenCallback wanted) {
                answer(wanted);
            } else if (!(callback instanceof SaslExtensionsCallback)) {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private void answer(OAuthBearerTokenCallback wanted) {
        try {
            AccessToken token = token(requireNonNull(provider, "provider"), requireNonNull(request, "request"));
            last = token;
            wanted.token(new ProvidedToken(token));
        } catch (TokenAcquisitionException e) {
            wanted.error(e.code().name(), e.getMessage(), null);
        }
    }

    /**
     * Kafka asks again when it wants another token. If the last one is due for refresh, the provider gets that other
     * one behind the question. It is worth a short wait: with the old one, Kafka would ask again only shortly before it
     * expires, and its connections would sign in with what is left of it.
     */
    private AccessToken token(AzureServiceTokenProvider provider, TokenRequest request) {
        AccessToken token = provider.getAuthenticationResult(request);
        for (int looks = 0; looks < LOOKS && token.equals(last) && isDue(token); looks++) {
            LockSupport.parkNanos(LOOK_NANOS);
            token = provider.getAuthenticationResult(request);
        }
        return token;
    }

    private static boolean isDue(AccessToken token) {
        return token.refreshOn().filter(Instant.now()::isAfter).isPresent();
    }

    @Override
    public void close() {}

    /**
     * A token in the form that Kafka needs. It is not a record, because Kafka logs in again before it logs the old
     * token out, compares the two with {@code equals}, and the provider may have returned the same token both times.
     */
    private static final class ProvidedToken implements OAuthBearerToken {
        private final AccessToken token;

        ProvidedToken(AccessToken token) {
            this.token = token;
        }

        @Override
        public String value() {
            return token.value();
        }

        /** Empty: in Entra ID, roles decide what a token is allowed to do. */
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public long lifetimeMs() {
            return token.expiresOn().toEpochMilli();
        }

        /** The name in the log of Kafka. Event Hubs itself uses only the token. */
        @Override
        public String principalName() {
            return token.principal().flatMap(ProvidedToken::name).orElse("unknown");
        }

        private static Optional<String> name(Principal principal) {
            Optional<String> own =
                    principal.type() == Principal.Type.USER ? principal.userPrincipalName() : principal.appId();
            return own.or(principal::objectId);
        }

        /**
         * Unknown: Kafka then schedules its refresh from the time of the login, and not from the issue time of a cached
         * token, which may be long ago.
         */
        @Override
        public @Nullable Long startTimeMs() {
            return null;
        }

        @Override
        public String toString() {
            return token.toString();
        }
    }
}
