// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.lang.reflect.Field;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.ResolvableType;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.util.ReflectionUtils;

/**
 * Lets managers that the application makes itself send assertions, such as those of jobs, which have no request. Spring
 * Security gives its own manager the clients that are beans; a manager that an application makes has clients of its own
 * inside, which know of no assertion. Only client credentials and refreshes of registrations with an assertion are
 * answered in the place of what the manager has; the rest stays with it.
 */
final class AssertionManagers implements BeanPostProcessor {
    /** There is no method to read it; {@link Hints} lets a native image do so. */
    static final String FIELD = "authorizedClientProvider";

    private final BeanFactory beans;

    /** @param beans of which none is looked up before it is needed: a post-processor is made before all others */
    AssertionManagers(BeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof AuthorizedClientServiceOAuth2AuthorizedClientManager manager) {
            manager.setAuthorizedClientProvider(withAssertions(manager));
        } else if (bean instanceof DefaultOAuth2AuthorizedClientManager manager) {
            manager.setAuthorizedClientProvider(withAssertions(manager));
        }
        return bean;
    }

    private OAuth2AuthorizedClientProvider withAssertions(Object manager) {
        OAuth2AuthorizedClientProvider own = OAuth2AuthorizedClientProviderBuilder.builder()
                .refreshToken(
                        refresh -> refresh.accessTokenResponseClient(client(OAuth2RefreshTokenGrantRequest.class)))
                .clientCredentials(credentials ->
                        credentials.accessTokenResponseClient(client(OAuth2ClientCredentialsGrantRequest.class)))
                .build();
        return new WithAssertions(
                beans.getBean(RegistrationAssertions.class), own, (OAuth2AuthorizedClientProvider) providerOf(manager));
    }

    /** The client of this starter, or the application's own. */
    private <T extends AbstractOAuth2AuthorizationGrantRequest> OAuth2AccessTokenResponseClient<T> client(
            Class<T> request) {
        ResolvableType type = ResolvableType.forClassWithGenerics(OAuth2AccessTokenResponseClient.class, request);
        return beans.<OAuth2AccessTokenResponseClient<T>>getBeanProvider(type).getObject();
    }

    /** @throws IllegalStateException if another version of Spring Security keeps it in another place */
    static Object providerOf(Object manager) {
        Field field = ReflectionUtils.findField(manager.getClass(), FIELD);
        if (field == null) {
            throw new IllegalStateException(manager.getClass().getName() + " has no field " + FIELD);
        }
        ReflectionUtils.makeAccessible(field);
        return Objects.requireNonNull(ReflectionUtils.getField(field, manager));
    }

    /** First with an assertion, then as the manager would. */
    private record WithAssertions(
            RegistrationAssertions assertions,
            OAuth2AuthorizedClientProvider own,
            OAuth2AuthorizedClientProvider theirs)
            implements OAuth2AuthorizedClientProvider {

        @Override
        public @Nullable OAuth2AuthorizedClient authorize(OAuth2AuthorizationContext context) {
            if (!assertions.cover(context.getClientRegistration())) {
                return theirs.authorize(context);
            }
            OAuth2AuthorizedClient client = own.authorize(context);
            return client != null || isForClientCredentials(context) ? client : theirs.authorize(context);
        }
    }

    /** Then the manager's own would ask for the same without an assertion. */
    static boolean isForClientCredentials(OAuth2AuthorizationContext context) {
        return AuthorizationGrantType.CLIENT_CREDENTIALS.equals(
                context.getClientRegistration().getAuthorizationGrantType());
    }

    /** For a native image. */
    static final class Hints implements RuntimeHintsRegistrar {
        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            String client = "org.springframework.security.oauth2.client.";
            for (String manager : new String[] {
                client + "AuthorizedClientServiceOAuth2AuthorizedClientManager",
                client + "AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager",
                client + "web.DefaultOAuth2AuthorizedClientManager",
                client + "web.DefaultReactiveOAuth2AuthorizedClientManager"
            }) {
                hints.reflection().registerType(TypeReference.of(manager), type -> type.withField(FIELD));
            }
        }
    }
}
