package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.context.annotation.Bean;

/** Adds tokens to the requests of {@code RestClient} and {@code RestTemplate}, for the servers that are configured. */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(RestClientCustomizer.class)
@ConditionalOnProperty("token-provider.bearer[0].url")
public final class TokenProviderHttpAutoConfiguration {

    @Bean
    BearerTokenInterceptor bearerTokenInterceptor(
            AzureServiceTokenProvider provider, TokenProviderProperties properties) {
        return new BearerTokenInterceptor(new BearerTokens(provider, properties.bearer()));
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
