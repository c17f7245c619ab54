package io.podidentity.tokenprovider.spring;

import com.azure.core.credential.TokenCredential;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.jfr.JfrTokenListener;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * One token provider for the application, and the beans that use it: an Azure SDK credential, a health indicator, the
 * endpoint {@code tokenprovider}, metrics and Flight Recorder events. Each of them exists only if its library is on
 * the class path. Every bean that is a {@code TokenListener} is told about tokens. No start waits for a
 * token.
 */
@AutoConfiguration(beforeName = TokenProviderAutoConfiguration.SPRING_CLOUD_AZURE)
@EnableConfigurationProperties(TokenProviderProperties.class)
public final class TokenProviderAutoConfiguration {
    /** It defines a credential of its own unless there is one with the name below. */
    static final String SPRING_CLOUD_AZURE =
            "com.azure.spring.cloud.autoconfigure.implementation.context.AzureTokenCredentialAutoConfiguration";

    /** The name by which Spring Cloud Azure's clients find the credential that they use if none is configured. */
    static final String SPRING_CLOUD_AZURE_CREDENTIAL = "springCloudAzureDefaultCredential";

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    TokenWatch tokenProviderWatch(TokenProviderProperties properties) {
        return new TokenWatch(properties.resources());
    }

    @Bean
    @ConditionalOnMissingBean
    AzureServiceTokenProvider azureServiceTokenProvider(
            TokenProviderProperties properties,
            ObjectProvider<TokenProviderConnectionDetails> connection,
            ObjectProvider<TokenProviderCustomizer> customizers,
            ObjectProvider<TokenListener> listeners) {
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().connectionString(properties.connectionString());
        if (properties.deadline() != null) {
            builder.deadline(properties.deadline());
        }
        TokenProviderConnectionDetails details = connection.getIfAvailable();
        if (details != null) {
            builder.environment(details.environment());
            if (details.sslContext() != null) {
                builder.sslContext(details.sslContext());
            }
        } else if (!properties.environment().isEmpty()) {
            builder.environment(properties.environmentOver(System.getenv()));
        }
        listeners.orderedStream().forEach(builder::listener);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw wrong(properties, e);
        }
    }

    private static TokenProviderSettingException wrong(
            TokenProviderProperties properties, IllegalArgumentException cause) {
        String setting = properties.connectionString() == null
                ? "the variable AzureServicesAuthConnectionString or AZURE_TOKEN_CREDENTIALS"
                : "token-provider.connection-string";
        return new TokenProviderSettingException(
                "The token provider cannot use " + setting + ": " + cause.getMessage(),
                "Correct " + setting
                        + ", or remove it to use the default chain. docs/connection-string.md lists keys and"
                        + " examples.",
                cause);
    }

    @Bean
    TokenKeeper tokenKeeper(AzureServiceTokenProvider provider, TokenProviderProperties properties) {
        return new TokenKeeper(provider, properties.resources());
    }

    /** For recordings of the JDK Flight Recorder. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "jdk.jfr.Event")
    static final class FlightRecorderConfiguration {

        @Bean
        @ConditionalOnMissingBean
        JfrTokenListener jfrTokenListener() {
            return new JfrTokenListener();
        }
    }

    /** For Azure SDK clients, and for those of Spring Cloud Azure, which look for its name. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TokenCredential.class)
    static final class AzureSdkConfiguration {

        @Bean({"tokenCredential", SPRING_CLOUD_AZURE_CREDENTIAL})
        @ConditionalOnMissingBean
        TokenCredential tokenCredential(AzureServiceTokenProvider provider) {
            return new TokenProviderCredential(provider);
        }
    }

    /** For {@code /actuator/health}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static final class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "tokenProviderHealthIndicator")
        @ConditionalOnEnabledHealthIndicator("token-provider")
        HealthIndicator tokenProviderHealthIndicator(TokenWatch watch) {
            return new TokenProviderHealthIndicator(watch, Clock.systemUTC());
        }
    }

    /** For {@code /actuator/tokenprovider}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        TokenProviderEndpoint tokenProviderEndpoint(AzureServiceTokenProvider provider, TokenWatch watch) {
            return new TokenProviderEndpoint(provider, watch, Clock.systemUTC());
        }
    }

    /** For Micrometer's metrics. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static final class MetricsConfiguration {

        /** After the watch, which it reads. */
        @Bean
        @ConditionalOnMissingBean
        @Order
        TokenMeters tokenMeters(TokenWatch watch) {
            return new TokenMeters(watch, Clock.systemUTC());
        }
    }

    /** For Micrometer's observations, and thereby for traces. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    static final class ObservationConfiguration {

        @Bean
        @ConditionalOnMissingBean
        TokenObservations tokenObservations(ObjectProvider<ObservationRegistry> registry) {
            return new TokenObservations(() -> registry.getIfAvailable(() -> ObservationRegistry.NOOP));
        }
    }
}
