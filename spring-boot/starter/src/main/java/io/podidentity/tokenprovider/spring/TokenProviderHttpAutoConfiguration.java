// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Adds tokens to the requests of {@code RestClient}, {@code RestTemplate} and {@code WebClient}, for the servers that
 * are configured.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(HttpClientSettings.class)
@ConditionalOnProperty("token-provider.bearer[0].url")
public final class TokenProviderHttpAutoConfiguration {

    @Bean
    BearerTokens bearerTokens(
            TokenIdentities identities, TokenWatch watch, SettingsCheck check, TokenProviderProperties properties) {
        BearerTokens tokens = new BearerTokens(identities, check, properties.bearer());
        tokens.requireIn(watch);
        return tokens;
    }

    /** For the blocking clients. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    static final class BlockingConfiguration {

        @Bean
        BearerTokenInterceptor bearerTokenInterceptor(BearerTokens tokens) {
            return new BearerTokenInterceptor(tokens);
        }

        @Bean
        RestClientCustomizer bearerTokenRestClientCustomizer(BearerTokens tokens) {
            BearerTokenHeader header = new BearerTokenHeader(tokens);
            return builder -> {
                tokens.use();
                builder.defaultRequest(header::addTo);
            };
        }

        @Bean
        RestTemplateCustomizer bearerTokenRestTemplateCustomizer(BearerTokens tokens) {
            BearerTokenHeader header = new BearerTokenHeader(tokens);
            return template -> {
                tokens.use();
                template.getClientHttpRequestInitializers().add(header);
            };
        }

        /** Last, since another customizer may want the type of the builder as it was detected. */
        @Bean
        @Order
        RepeatedRequests bearerTokenRequestFactoryCustomizer(BearerTokens tokens) {
            return new RepeatedRequests(tokens);
        }
    }

    /** Lets Boot's request factories repeat what a server refused for its claims. */
    record RepeatedRequests(BearerTokens tokens)
            implements ClientHttpRequestFactoryBuilderCustomizer<ClientHttpRequestFactoryBuilder<?>> {

        @Override
        public ClientHttpRequestFactoryBuilder<?> customize(ClientHttpRequestFactoryBuilder<?> builder) {
            return settings -> new BearerTokenRequestFactory(builder.build(settings), tokens);
        }
    }

    /** For the reactive client. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({WebClient.class, WebClientCustomizer.class})
    static final class ReactiveConfiguration {

        @Bean
        WebClientCustomizer bearerTokenWebClientCustomizer(BearerTokens tokens) {
            return builder -> {
                tokens.use();
                builder.filter(new BearerTokenFilter(tokens));
            };
        }
    }
}
