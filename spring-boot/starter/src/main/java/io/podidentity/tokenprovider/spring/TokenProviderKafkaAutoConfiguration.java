// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Lets Kafka's clients sign in with tokens, where {@code token-provider.kafka.enabled} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(KafkaProperties.class)
@ConditionalOnProperty("token-provider.kafka.enabled")
@ImportRuntimeHints(TokenProviderKafkaAutoConfiguration.Hints.class)
public final class TokenProviderKafkaAutoConfiguration {

    @Bean
    static TokenKafkaPostProcessor tokenKafkaPostProcessor(BeanFactory beans) {
        return new TokenKafkaPostProcessor(beans);
    }

    /** For a native image: Kafka creates the handler and the login module by their names. */
    static final class Hints implements RuntimeHintsRegistrar {
        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            for (Class<?> byName : List.of(KafkaTokens.class, OAuthBearerLoginModule.class)) {
                hints.reflection().registerType(byName, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
            }
        }
    }

    /**
     * Adds to the settings of Kafka's clients that they sign in with the application's tokens. All of them (producers,
     * consumers, admin, streams) begin with these settings. Clients with a sign-in of their own keep it.
     */
    static final class TokenKafkaPostProcessor implements BeanPostProcessor, DisposableBean {
        private static final Logger LOG = LoggerFactory.getLogger(TokenKafkaPostProcessor.class);
        private static final String PROTOCOL = "SASL_SSL";

        private final BeanFactory beans;
        private @Nullable String application;

        /** @param beans of which none is looked up before it is needed: a post-processor is made before all others */
        TokenKafkaPostProcessor(BeanFactory beans) {
            this.beans = beans;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof KafkaProperties kafka) {
                SettingsCheck check = beans.getBean(SettingsCheck.class);
                if (kafka.getProperties().containsKey(SaslConfigs.SASL_JAAS_CONFIG)) {
                    check.passOver(Feature.KAFKA, "spring.kafka.properties has a sasl.jaas.config of its own");
                } else {
                    signIn(kafka);
                    check.use(Feature.KAFKA);
                }
            }
            return bean;
        }

        private void signIn(KafkaProperties kafka) {
            requireTls(kafka);
            TokenProviderProperties.Kafka own =
                    beans.getBean(TokenProviderProperties.class).kafka();
            String resource = own.resource() == null ? resourceOf(kafka.getBootstrapServers()) : own.resource();
            application = KafkaTokens.offer(beans.getBean(TokenIdentities.class).provider(own.identity()));
            Map<String, String> settings = kafka.getProperties();
            settings.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, PROTOCOL);
            settings.put(SaslConfigs.SASL_MECHANISM, OAuthBearerLoginModule.OAUTHBEARER_MECHANISM);
            settings.put(
                    SaslConfigs.SASL_JAAS_CONFIG,
                    "%s required resource=\"%s\" application=\"%s\";"
                            .formatted(OAuthBearerLoginModule.class.getName(), resource, application));
            settings.put(SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS, KafkaTokens.class.getName());
            beans.getBean(TokenKeeper.class).keep(own.identity(), resource);
            LOG.info("Kafka's clients sign in with tokens for {}.", resource);
        }

        private static void requireTls(KafkaProperties kafka) {
            String property = kafka.getProperties().get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
            String given = property == null ? kafka.getSecurity().getProtocol() : property;
            if (given != null && !given.equals(PROTOCOL)) {
                throw new TokenProviderSettingException(
                        "Kafka's clients have security.protocol=" + given
                                + ", with which no token is sent: it needs TLS and SASL.",
                        "Set spring.kafka.security.protocol=" + PROTOCOL + ", or leave it out.");
            }
        }

        private static String resourceOf(List<String> servers) {
            return servers.stream()
                    .findFirst()
                    .flatMap(OauthBearerCallbackHandler::resourceOf)
                    .orElseThrow(() -> new TokenProviderSettingException(
                            "spring.kafka.bootstrap-servers=" + String.join(",", servers)
                                    + " is no Event Hubs namespace, so the resource of the tokens is not known.",
                            "Set token-provider.kafka.resource, such as https://NAMESPACE.servicebus.windows.net."));
        }

        @Override
        public void destroy() {
            Optional.ofNullable(application).ifPresent(KafkaTokens::withdraw);
        }
    }

    /**
     * Gets the tokens of Kafka's clients from the application's provider. Kafka creates it by its name, so the option
     * {@code application} of the login module says which provider that is. The option also keeps applications in one
     * JVM apart, since Kafka shares a login among the clients that have the same options.
     *
     * <p><i>Thread-safety:</i> safe for use by several threads once it is configured.
     */
    public static final class KafkaTokens implements AuthenticateCallbackHandler {
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
        public void configure(
                Map<String, ?> configs, String saslMechanism, List<AppConfigurationEntry> jaasConfigEntries) {
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
            requireNonNull(handler, "not configured").handle(callbacks);
        }

        @Override
        public void close() {}
    }
}
