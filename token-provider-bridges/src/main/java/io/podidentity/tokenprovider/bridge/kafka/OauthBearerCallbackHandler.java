package io.podidentity.tokenprovider.bridge.kafka;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.jspecify.annotations.Nullable;

/**
 * The sign-in of a Kafka client to Event Hubs, by SASL/OAUTHBEARER. Kafka makes it when the client's configuration says
 *
 * <pre>{@code
 * security.protocol=SASL_SSL
 * sasl.mechanism=OAUTHBEARER
 * sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
 * sasl.login.callback.handler.class=io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler
 * }</pre>
 *
 * <p>The token is for the namespace of the first bootstrap server, {@code https://NAMESPACE.servicebus.windows.net}. Where
 * that has a name of your own, the login module's option {@code resource} says it, or {@code scope} the same with {@code
 * /.default}. The option {@code connectionString} says how to sign in, as for {@link
 * AzureServiceTokenProvider#AzureServiceTokenProvider(String)}.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads once it is configured. <i>Lifecycle:</i> one for each login;
 * all share the process's tokens. Nothing to close.
 */
public final class OauthBearerCallbackHandler implements AuthenticateCallbackHandler {
    private static final Pattern NAMESPACE = Pattern.compile(
            "(?:\\w+://)?([\\w-]+\\.servicebus" + "\\.(?:windows\\.net|usgovcloudapi\\.net|chinacloudapi\\.cn)):\\d+");

    private final Function<@Nullable String, AzureServiceTokenProvider> providers;
    private @Nullable AzureServiceTokenProvider provider;
    private @Nullable TokenRequest request;

    /** Made by Kafka, which configures it next. */
    public OauthBearerCallbackHandler() {
        this(AzureServiceTokenProvider::new);
    }

    OauthBearerCallbackHandler(Function<@Nullable String, AzureServiceTokenProvider> providers) {
        this.providers = providers;
    }

    /**
     * Decides what tokens are asked for, and of whom.
     *
     * @param configs the client's configuration
     * @param saslMechanism OAUTHBEARER
     * @param jaasConfigEntries the login module and its options
     * @throws ConfigException if the token would be sent without TLS, or it is not known what it shall be for
     * @throws IllegalArgumentException if the connection string, or a variable that is a setting, has an impossible value
     */
    @Override
    public void configure(Map<String, ?> configs, String saslMechanism, List<AppConfigurationEntry> jaasConfigEntries) {
        if ("SASL_PLAINTEXT".equals(configs.get("security.protocol"))) {
            throw new ConfigException("No access token is sent without TLS. Set security.protocol=SASL_SSL.");
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
        Matcher server = NAMESPACE.matcher(first.toString());
        if (!server.matches()) {
            throw new ConfigException("The first of bootstrap.servers, \"" + first
                    + "\", is no namespace of Event Hubs, so it is not known what the token shall be for."
                    + " Add resource=\"https://NAMESPACE.servicebus.windows.net\" to sasl.jaas.config.");
        }
        return TokenRequest.forResource("https://" + server.group(1));
    }

    /**
     * Gets a token for a login; if there is none, the login fails with the {@link TokenAcquisitionException}'s message.
     *
     * @throws UnsupportedCallbackException if anything but a token and SASL extensions, of which there are none, is asked
     * @throws NullPointerException if it is not configured
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
            wanted.token(new ProvidedToken(
                    requireNonNull(provider, "provider").getAuthenticationResult(requireNonNull(request, "request"))));
        } catch (TokenAcquisitionException e) {
            wanted.error(e.code().name(), e.getMessage(), null);
        }
    }

    @Override
    public void close() {}
}
