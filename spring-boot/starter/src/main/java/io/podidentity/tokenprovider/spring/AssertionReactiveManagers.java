// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.ResolvableType;
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import reactor.core.publisher.Mono;

/** What {@link AssertionManagers} is, for the reactive managers. */
final class AssertionReactiveManagers implements BeanPostProcessor {
    private final BeanFactory beans;

    /** @param beans of which none is looked up before it is needed: a post-processor is made before all others */
    AssertionReactiveManagers(BeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager manager) {
            manager.setAuthorizedClientProvider(withAssertions(manager));
        } else if (bean instanceof DefaultReactiveOAuth2AuthorizedClientManager manager) {
            manager.setAuthorizedClientProvider(withAssertions(manager));
        }
        return bean;
    }

    private ReactiveOAuth2AuthorizedClientProvider withAssertions(Object manager) {
        ReactiveOAuth2AuthorizedClientProvider own = ReactiveOAuth2AuthorizedClientProviderBuilder.builder()
                .refreshToken(
                        refresh -> refresh.accessTokenResponseClient(client(OAuth2RefreshTokenGrantRequest.class)))
                .clientCredentials(credentials ->
                        credentials.accessTokenResponseClient(client(OAuth2ClientCredentialsGrantRequest.class)))
                .build();
        return new WithAssertions(
                beans.getBean(RegistrationAssertions.class), own, (ReactiveOAuth2AuthorizedClientProvider)
                        AssertionManagers.providerOf(manager));
    }

    private <T extends AbstractOAuth2AuthorizationGrantRequest> ReactiveOAuth2AccessTokenResponseClient<T> client(
            Class<T> request) {
        ResolvableType type =
                ResolvableType.forClassWithGenerics(ReactiveOAuth2AccessTokenResponseClient.class, request);
        return beans.<ReactiveOAuth2AccessTokenResponseClient<T>>getBeanProvider(type)
                .getObject();
    }

    private record WithAssertions(
            RegistrationAssertions assertions,
            ReactiveOAuth2AuthorizedClientProvider own,
            ReactiveOAuth2AuthorizedClientProvider theirs)
            implements ReactiveOAuth2AuthorizedClientProvider {

        @Override
        public Mono<OAuth2AuthorizedClient> authorize(OAuth2AuthorizationContext context) {
            if (!assertions.cover(context.getClientRegistration())) {
                return theirs.authorize(context);
            }
            Mono<OAuth2AuthorizedClient> client = own.authorize(context);
            return AssertionManagers.isForClientCredentials(context)
                    ? client
                    : client.switchIfEmpty(Mono.defer(() -> theirs.authorize(context)));
        }
    }
}
