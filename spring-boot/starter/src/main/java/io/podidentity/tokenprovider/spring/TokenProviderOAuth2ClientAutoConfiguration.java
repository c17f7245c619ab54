// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.AbstractRestClientOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.AbstractWebClientReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientJwtBearerTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveJwtBearerTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Clients for the token endpoint that authenticate by a client assertion, for the registrations of
 * {@code token-provider.client-assertion}. Spring Security finds them by their types; other registrations are asked for
 * by its own. A client of the application's own is taken in their place.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(OAuth2ClientProperties.class)
@Conditional(TokenProviderOAuth2ClientAutoConfiguration.OnSetting.class)
@ImportRuntimeHints(AssertionManagers.Hints.class)
public final class TokenProviderOAuth2ClientAutoConfiguration {
    /** Without it Spring Security has no grant that begins with a user's token. */
    private static final String JWT = "org.springframework.security.oauth2.jwt.Jwt";

    /** Whether a registration has an assertion. */
    static final class OnSetting implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                    .bind("token-provider.client-assertion", Bindable.mapOf(String.class, Object.class))
                    .isBound();
        }
    }

    /** The assertions of both kinds of clients. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(OAuth2ClientProperties.class)
    static final class AssertionConfiguration {

        @Bean
        RegistrationAssertions registrationAssertions(
                TokenProviderProperties properties,
                TokenIdentities identities,
                Environment environment,
                ObjectProvider<ClientRegistrationRepository> repositories,
                ObjectProvider<ReactiveClientRegistrationRepository> reactiveRepositories) {
            Map<String, OAuth2ClientProperties.Registration> settings = Binder.get(environment)
                    .bindOrCreate("spring.security.oauth2.client", OAuth2ClientProperties.class)
                    .getRegistration();
            var registrations = new KnownRegistrations(settings, repositories, reactiveRepositories);
            return new RegistrationAssertions(properties, registrations, identities);
        }

        /** A wrong combination fails the start, also where beans are made when they are needed. */
        @Bean
        static LazyInitializationExcludeFilter eagerRegistrationAssertions() {
            return LazyInitializationExcludeFilter.forBeanTypes(RegistrationAssertions.class);
        }
    }

    /** Managers that the application makes itself, over blocking clients. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({OAuth2ClientProperties.class, RestClient.class})
    static final class ManagerConfiguration {

        @Bean
        static AssertionManagers assertionManagers(BeanFactory beans) {
            return new AssertionManagers(beans);
        }
    }

    /** Managers that the application makes itself, over reactive clients. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({OAuth2ClientProperties.class, WebClient.class})
    static final class ReactiveManagerConfiguration {

        @Bean
        static AssertionReactiveManagers assertionReactiveManagers(BeanFactory beans) {
            return new AssertionReactiveManagers(beans);
        }
    }

    /** The blocking clients, made when they are asked for. */
    @Lazy
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({OAuth2ClientProperties.class, RestClient.class})
    static final class BlockingConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> assertionAuthorizationCodeClient(
                RegistrationAssertions assertions) {
            return client(assertions, RestClientAuthorizationCodeTokenResponseClient::new);
        }

        @Bean
        @ConditionalOnMissingBean
        OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> assertionRefreshTokenClient(
                RegistrationAssertions assertions) {
            return client(assertions, RestClientRefreshTokenTokenResponseClient::new);
        }

        @Bean
        @ConditionalOnMissingBean
        OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> assertionClientCredentialsClient(
                RegistrationAssertions assertions) {
            return client(assertions, RestClientClientCredentialsTokenResponseClient::new);
        }

        @Bean
        @ConditionalOnClass(name = JWT)
        @ConditionalOnMissingBean
        OAuth2AccessTokenResponseClient<JwtBearerGrantRequest> assertionJwtBearerClient(
                RegistrationAssertions assertions) {
            return client(assertions, RestClientJwtBearerTokenResponseClient::new);
        }

        private static <T extends AbstractOAuth2AuthorizationGrantRequest> OAuth2AccessTokenResponseClient<T> client(
                RegistrationAssertions assertions,
                Supplier<? extends AbstractRestClientOAuth2AccessTokenResponseClient<T>> type) {
            AbstractRestClientOAuth2AccessTokenResponseClient<T> plain = type.get();
            AbstractRestClientOAuth2AccessTokenResponseClient<T> own = type.get();
            own.setHeadersConverter(assertions::headers);
            own.setParametersConverter(assertions::parameters);
            return request -> getTokenResponse(request, assertions, assertions.cover(request) ? own : plain);
        }

        private static <T extends AbstractOAuth2AuthorizationGrantRequest> OAuth2AccessTokenResponse getTokenResponse(
                T request, RegistrationAssertions assertions, OAuth2AccessTokenResponseClient<T> client) {
            Optional<AgentRegistration> agent = assertions.agent(request);
            return agent.isPresent() ? agent.get().respond(request) : client.getTokenResponse(request);
        }
    }

    /**
     * The reactive clients, made when they are asked for: where WebClient is on the class path, most applications have
     * blocking ones all the same. An assertion may take a request, which no thread of a reactive server is held up by.
     */
    @Lazy
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({OAuth2ClientProperties.class, WebClient.class})
    static final class ReactiveConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest>
                assertionAuthorizationCodeReactiveClient(RegistrationAssertions assertions) {
            return client(assertions, WebClientReactiveAuthorizationCodeTokenResponseClient::new);
        }

        @Bean
        @ConditionalOnMissingBean
        ReactiveOAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> assertionRefreshTokenReactiveClient(
                RegistrationAssertions assertions) {
            return client(assertions, WebClientReactiveRefreshTokenTokenResponseClient::new);
        }

        @Bean
        @ConditionalOnMissingBean
        ReactiveOAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest>
                assertionClientCredentialsReactiveClient(RegistrationAssertions assertions) {
            return client(assertions, WebClientReactiveClientCredentialsTokenResponseClient::new);
        }

        @Bean
        @ConditionalOnClass(name = JWT)
        @ConditionalOnMissingBean
        ReactiveOAuth2AccessTokenResponseClient<JwtBearerGrantRequest> assertionJwtBearerReactiveClient(
                RegistrationAssertions assertions) {
            return client(assertions, WebClientReactiveJwtBearerTokenResponseClient::new);
        }

        private static <T extends AbstractOAuth2AuthorizationGrantRequest>
                ReactiveOAuth2AccessTokenResponseClient<T> client(
                        RegistrationAssertions assertions,
                        Supplier<? extends AbstractWebClientReactiveOAuth2AccessTokenResponseClient<T>> type) {
            AbstractWebClientReactiveOAuth2AccessTokenResponseClient<T> plain = type.get();
            AbstractWebClientReactiveOAuth2AccessTokenResponseClient<T> own = type.get();
            own.setHeadersConverter(assertions::headers);
            own.setParametersConverter(assertions::parameters);
            return request -> assertions.cover(request)
                    ? getTokenResponse(request, assertions, own).subscribeOn(Schedulers.boundedElastic())
                    : plain.getTokenResponse(request);
        }

        private static <T extends AbstractOAuth2AuthorizationGrantRequest>
                Mono<OAuth2AccessTokenResponse> getTokenResponse(
                        T request,
                        RegistrationAssertions assertions,
                        ReactiveOAuth2AccessTokenResponseClient<T> client) {
            Optional<AgentRegistration> agent = assertions.agent(request);
            return agent.isPresent()
                    ? Mono.fromCallable(() -> agent.get().respond(request))
                    : client.getTokenResponse(request);
        }
    }
}
