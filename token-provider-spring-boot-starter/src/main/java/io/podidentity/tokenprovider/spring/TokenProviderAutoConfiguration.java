package io.podidentity.tokenprovider.spring;

import com.azure.core.credential.TokenCredential;
import io.micrometer.core.instrument.binder.MeterBinder;
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

/**
 * One token provider for the application, and the beans that use it: an Azure SDK credential, a health indicator, the
 * endpoint {@code tokenprovider}, a metric and Flight Recorder events. Each of them exists only if its library is on
 * the class path. Every bean that is a {@code TokenListener} is told about tokens. Nothing asks for a token while the
 * application starts.
 */
@AutoConfiguration
@EnableConfigurationProperties(TokenProviderProperties.class)
public final class TokenProviderAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    AzureServiceTokenProvider azureServiceTokenProvider(
            TokenProviderProperties properties, ObjectProvider<TokenListener> listeners) {
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().connectionString(properties.connectionString());
        if (properties.deadline() != null) {
            builder.deadline(properties.deadline());
        }
        if (!properties.environment().isEmpty()) {
            builder.environment(properties.environmentOver(System.getenv()));
        }
        listeners.orderedStream().forEach(builder::listener);
        return builder.build();
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

    /** For Azure SDK clients. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TokenCredential.class)
    static final class AzureSdkConfiguration {

        @Bean
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
        HealthIndicator tokenProviderHealthIndicator(
                AzureServiceTokenProvider provider, TokenProviderProperties properties) {
            return new TokenProviderHealthIndicator(
                    provider, properties.health().resource());
        }
    }

    /** For {@code /actuator/tokenprovider}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        TokenProviderEndpoint tokenProviderEndpoint(
                AzureServiceTokenProvider provider, TokenProviderProperties properties) {
            return new TokenProviderEndpoint(provider, properties.health().resource());
        }
    }

    /** For Micrometer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static final class MetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        TokenProviderMetrics tokenProviderMetrics(
                AzureServiceTokenProvider provider, TokenProviderProperties properties) {
            return new TokenProviderMetrics(provider, properties.health().resource(), Clock.systemUTC());
        }
    }
}
