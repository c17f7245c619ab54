package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * Gets the tokens of Kafka's clients from the application's provider. Kafka creates it by its name, so the option
 * {@code application} of the login module says which provider that is. The option also keeps applications in one JVM
 * apart, since Kafka shares a login among the clients that have the same options.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads once it is configured.
 */
public final class KafkaTokens implements AuthenticateCallbackHandler {
    private static final Map<String, AzureServiceTokenProvider> PROVIDERS = new ConcurrentHashMap<>();
    private static final AtomicLong APPLICATIONS = new AtomicLong();

    private @Nullable OauthBearerCallbackHandler handler;

    /** For Kafka, which configures the instance next. */
    public KafkaTokens() {}

    /** Makes the provider known, and returns the application's name. */
    static String offer(AzureServiceTokenProvider provider) {
        String application = Long.toString(APPLICATIONS.incrementAndGet());
        PROVIDERS.put(application, provider);
        return application;
    }

    static void withdraw(String application) {
        PROVIDERS.remove(application);
    }

    /** @throws ConfigException if the token would be sent without TLS, or the application has ended */
    @Override
    public void configure(Map<String, ?> configs, String saslMechanism, List<AppConfigurationEntry> jaasConfigEntries) {
        Object application = jaasConfigEntries.get(0).getOptions().get("application");
        AzureServiceTokenProvider provider = PROVIDERS.get(String.valueOf(application));
        if (provider == null) {
            throw new ConfigException("The application whose tokens these are has ended.");
        }
        handler = new OauthBearerCallbackHandler(provider);
        handler.configure(configs, saslMechanism, jaasConfigEntries);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        if (handler == null) {
            throw new IllegalStateException("not configured");
        }
        handler.handle(callbacks);
    }

    @Override
    public void close() {}
}
