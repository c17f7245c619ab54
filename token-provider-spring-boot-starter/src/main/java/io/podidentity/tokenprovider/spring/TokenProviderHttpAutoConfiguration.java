package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Adds tokens to the requests of {@code RestClient}, {@code RestTemplate} and {@code WebClient}, for the servers that
 * are configured.
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnProperty("token-provider.bearer[0].url")
public final class TokenProviderHttpAutoConfiguration {

    @Bean
    BearerTokens bearerTokens(AzureServiceTokenProvider provider, TokenProviderProperties properties) {
        return new BearerTokens(provider, properties.bearer());
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
        RestClientCustomizer bearerTokenRestClientCustomizer(BearerTokenInterceptor interceptor) {
            return builder -> builder.requestInterceptor(interceptor);
        }

        @Bean
        RestTemplateCustomizer bearerTokenRestTemplateCustomizer(BearerTokenInterceptor interceptor) {
            return template -> template.getInterceptors().add(interceptor);
        }
    }

    /** For the reactive client. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({WebClient.class, WebClientCustomizer.class})
    static final class ReactiveConfiguration {

        @Bean
        WebClientCustomizer bearerTokenWebClientCustomizer(BearerTokens tokens) {
            return builder -> builder.filter(new BearerTokenFilter(tokens));
        }
    }
}
