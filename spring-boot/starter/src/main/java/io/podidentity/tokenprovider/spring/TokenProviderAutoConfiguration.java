// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.azure.core.credential.TokenCredential;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.jfr.JfrTokenListener;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * A token provider for each identity of the application, and the beans that use them: Azure SDK credentials, a health
 * indicator, the endpoint {@code tokenprovider}, metrics and Flight Recorder events. Each of them exists only if its
 * library is on the class path. Every bean that is a {@code TokenListener} is told about tokens. No start waits for a
 * token.
 *
 * @since 0.1.0
 */
@AutoConfiguration(beforeName = TokenProviderAutoConfiguration.SPRING_CLOUD_AZURE)
@EnableConfigurationProperties(TokenProviderProperties.class)
@Import(TokenIdentities.Registrar.class)
public final class TokenProviderAutoConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(TokenProviderAutoConfiguration.class);

    /** It defines a credential of its own unless there is one with the name below. */
    static final String SPRING_CLOUD_AZURE =
            "com.azure.spring.cloud.autoconfigure.implementation.context.AzureTokenCredentialAutoConfiguration";

    /** The name by which Spring Cloud Azure's clients find the credential that they use if none is configured. */
    static final String SPRING_CLOUD_AZURE_CREDENTIAL = "springCloudAzureDefaultCredential";

    @Bean
    SettingsCheck tokenProviderSettingsCheck(
            TokenProviderProperties properties,
            TokenIdentities identities,
            ConfigurableEnvironment environment,
            ConfigurableListableBeanFactory beans) {
        SettingsCheck check = new SettingsCheck(properties, environment, beans);
        identities.requireBlueprint();
        return check;
    }

    /** Where beans are made when they are needed, settings are checked and tokens kept all the same. */
    @Bean
    static LazyInitializationExcludeFilter eagerTokenProviderBeans() {
        return LazyInitializationExcludeFilter.forBeanTypes(SettingsCheck.class, TokenKeeper.class);
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    TokenWatch tokenProviderWatch(TokenProviderProperties properties, TokenIdentities identities) {
        List<TokenRequest> requests = properties.resources().stream()
                .map(resource -> identities.request(null, resource))
                .toList();
        return new TokenWatch(identities.name(null), requests, InstantSource.system());
    }

    @Bean
    TokenIdentities tokenIdentities(
            TokenProviderProperties properties,
            ObjectProvider<TokenProviderConnectionDetails> connection,
            ObjectProvider<TokenProviderCustomizer> customizers,
            ObjectProvider<TokenListener> listeners,
            ObjectProvider<TokenIdentities.Listener> identityListeners) {
        return new TokenIdentities(properties, connection, customizers, listeners, identityListeners);
    }

    /** The default identity. A provider of the application's own is taken before it, but stands beside it. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean(name = "azureServiceTokenProvider")
    AzureServiceTokenProvider azureServiceTokenProvider(TokenIdentities identities) {
        return identities.provider(null);
    }

    @Bean
    TokenKeeper tokenKeeper(TokenIdentities identities, TokenWatch watch, TokenProviderProperties properties) {
        return new TokenKeeper(identities, watch, properties.resources());
    }

    /** Where the application has a provider of its own. This is read before the one above is defined. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(AzureServiceTokenProvider.class)
    static final class OtherProviderConfiguration {

        OtherProviderConfiguration(ConfigurableListableBeanFactory beans) {
            LOG.warn(
                    "The bean {} is a token provider of the application's own: whoever asks for an"
                            + " AzureServiceTokenProvider without a @Qualifier gets it. token-provider.* has no effect"
                            + " on it, and health, metrics and the endpoint tell nothing of its tokens. To change the"
                            + " starter's own, define a TokenProviderCustomizer; for one more identity, set"
                            + " token-provider.identities.NAME.*.",
                    Stream.of(beans.getBeanNamesForType(AzureServiceTokenProvider.class))
                            .filter(name -> !isOurs(name, beans))
                            .collect(Collectors.joining(", ")));
        }

        private static boolean isOurs(String name, ConfigurableListableBeanFactory beans) {
            return beans.containsBeanDefinition(name)
                    && beans.getBeanDefinition(name) instanceof AbstractBeanDefinition definition
                    && (definition.isFallback() || !definition.isDefaultCandidate());
        }
    }

    /** Where Spring Cloud Azure is there too. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = SPRING_CLOUD_AZURE)
    static final class SpringCloudAzureConfiguration {

        SpringCloudAzureConfiguration(Environment environment) {
            String prefix = "spring.cloud.azure.credential";
            if (Binder.get(environment)
                    .bind(prefix, Bindable.mapOf(String.class, String.class))
                    .isBound()) {
                LOG.warn(
                        "{}.* is set, so the clients of Spring Cloud Azure sign in by that and not by the token"
                                + " provider. Remove it, or set token-provider.connection-string in its place.",
                        prefix);
            }
        }
    }

    /** For recordings of the JDK Flight Recorder. */
    @Bean
    @ConditionalOnClass(name = "jdk.jfr.Event")
    @ConditionalOnMissingBean
    JfrTokenListener jfrTokenListener() {
        return new JfrTokenListener();
    }

    /** For Azure SDK clients, and for those of Spring Cloud Azure, which look for its name. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TokenCredential.class)
    static final class AzureSdkConfiguration {

        @Bean({"tokenCredential", SPRING_CLOUD_AZURE_CREDENTIAL})
        @Lazy
        @ConditionalOnMissingBean
        TokenCredential tokenCredential(TokenIdentities identities) {
            return new TokenProviderCredential(identities.provider(null));
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
            return new TokenProviderHealthIndicator(watch);
        }
    }

    /** For {@code /actuator/tokenprovider}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static final class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        TokenProviderEndpoint tokenProviderEndpoint(TokenIdentities identities, TokenWatch watch) {
            return new TokenProviderEndpoint(identities, watch);
        }
    }

    /** For Micrometer's metrics and observations: its library brings both. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static final class MetricsConfiguration {

        /** After the watch, which it reads. */
        @Bean
        @ConditionalOnMissingBean
        @Order
        TokenMeters tokenMeters(TokenWatch watch) {
            return new TokenMeters(watch);
        }

        /** After the watch, too. Never lazy, since it takes its registry when all beans are made. */
        @Bean
        @Lazy(false)
        @ConditionalOnMissingBean
        @Order
        TokenObservations tokenObservations(TokenWatch watch, ObjectProvider<ObservationRegistry> registries) {
            return new TokenObservations(watch, registries);
        }
    }
}
