package io.podidentity.tokenprovider.spring;

import com.azure.core.credential.TokenCredential;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import java.time.Clock;
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
 * endpoint {@code tokenprovider} and a metric. Each of them exists only if its library is on the class path. None of
 * them asks for a token while the application starts.
 */
@AutoConfiguration
@EnableConfigurationProperties(TokenProviderProperties.class)
public final class TokenProviderAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    AzureServiceTokenProvider azureServiceTokenProvider(TokenProviderProperties properties) {
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().connectionString(properties.connectionString());
        if (properties.deadline() != null) {
            builder.deadline(properties.deadline());
        }
        if (!properties.environment().isEmpty()) {
            builder.environment(properties.environmentOver(System.getenv()));
        }
        return builder.build();
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
