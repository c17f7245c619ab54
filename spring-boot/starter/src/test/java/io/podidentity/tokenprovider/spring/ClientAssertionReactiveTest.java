// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.AuthenticatedPrincipalServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;

/** The reactive twin of {@link ClientAssertionTest}. */
class ClientAssertionReactiveTest {
    private static final String SETTING = "token-provider.client-assertion.";

    @TempDir
    private Path folder;

    private RecordingTokenEndpoint endpoint;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        endpoint = new RecordingTokenEndpoint();
        file = Files.writeString(folder.resolve("token"), "of-the-pod");
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void clientCredentials_ofAManagedIdentity_haveItsTokenInPlaceOfASecret() {
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=managed-identity", SETTING + "api.client-id=orders-identity")
                .run(context -> authorize(context, "api", new TestingAuthenticationToken("ada", null, "user")));

        assertThat(endpoint.forms.remove())
                .contains(
                        entry("grant_type", "client_credentials"),
                        entry("client_id", "app-api"),
                        entry("client_assertion_type", RecordingTokenEndpoint.ASSERTION_TYPE),
                        entry("client_assertion", "of-the-identity"))
                .doesNotContainKeys("Authorization", "client_secret");
    }

    @Test
    void onBehalfOf_ofAPod_saysSo() {
        Authentication caller = new TestingAuthenticationToken(
                Jwt.withTokenValue("of-the-caller")
                        .header("alg", "none")
                        .subject("ada")
                        .build(),
                null,
                "user");
        runner("downstream", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                .withPropertyValues(
                        SETTING + "downstream.source=workload-identity",
                        "token-provider.environment.AZURE_FEDERATED_TOKEN_FILE=" + file)
                .run(context -> authorize(context, "downstream", caller));

        assertThat(endpoint.forms.remove())
                .contains(
                        entry("assertion", "of-the-caller"),
                        entry("requested_token_use", "on_behalf_of"),
                        entry("client_assertion", "of-the-pod"))
                .doesNotContainKeys("Authorization", "client_secret");
    }

    /** The token provider asks for the token of an agent identity, so the token endpoint of the registration is not. */
    @Test
    void clientCredentials_ofAnAgentWhoseBlueprintHasNoProof_failWithTheReason() {
        runner("api", "client_credentials")
                .withPropertyValues(
                        SETTING + "api.source=agent-identity",
                        SETTING + "api.identity=assistant",
                        "token-provider.agents.assistant.client-id=app-api",
                        "token-provider.agent-blueprint.client-id=blueprint",
                        "token-provider.agent-blueprint.tenant-id=contoso.com",
                        "token-provider.environment.AZURE_FEDERATED_TOKEN_FILE=")
                .run(context -> assertThatThrownBy(
                                () -> authorize(context, "api", new TestingAuthenticationToken("ada", null, "user")))
                        .isInstanceOf(OAuth2AuthorizationException.class)
                        .hasMessageContaining("No token for the registration api: ")
                        .hasMessageContaining("AZURE_FEDERATED_TOKEN_FILE"));

        assertThat(endpoint.forms).isEmpty();
    }

    @Test
    void login_ofAUser_provesTheApplicationForTheCodeAndForEachRefresh() {
        runner("login", "authorization_code")
                .withPropertyValues(
                        SETTING + "login.source=workload-identity",
                        "token-provider.environment.AZURE_FEDERATED_TOKEN_FILE=" + file)
                .run(context -> {
                    assertThat(logIn(context)).isEqualTo(URI.create("/"));
                    authorize(context, "login", new TestingAuthenticationToken("ada", null, "user"));
                });

        assertThat(endpoint.forms)
                .extracting(form -> form.get("grant_type"))
                .containsExactly("authorization_code", "refresh_token");
        assertThat(endpoint.forms)
                .allSatisfy(form -> assertThat(form)
                        .contains(entry("client_assertion", "of-the-pod"), entry("client_id", "app-login"))
                        .doesNotContainKeys("Authorization", "client_secret"));
    }

    @Test
    void registrationThatIsNotNamed_keepsItsSecret() {
        runner("api", "client_credentials")
                .withPropertyValues(endpoint.registration("other", "client_credentials"))
                .withPropertyValues(
                        "spring.security.oauth2.client.registration.other.client-secret=hunter2",
                        SETTING + "api.source=github-actions")
                .run(context -> authorize(context, "other", new TestingAuthenticationToken("ada", null, "user")));

        assertThat(endpoint.forms.remove()).containsKey("Authorization").doesNotContainKey("client_assertion");
    }

    @Test
    void job_withAManagerOfItsOwn_sendsTheAssertion() {
        runner("api", "client_credentials")
                .withUserConfiguration(Job.class)
                .withPropertyValues(SETTING + "api.source=managed-identity", SETTING + "api.client-id=orders-identity")
                .run(context -> assertThat(context.getBean("job", ReactiveOAuth2AuthorizedClientManager.class)
                                .authorize(OAuth2AuthorizeRequest.withClientRegistrationId("api")
                                        .principal("job")
                                        .build())
                                .block())
                        .isNotNull());

        assertThat(endpoint.forms.remove())
                .contains(entry("client_assertion", "of-the-identity"))
                .doesNotContainKeys("Authorization", "client_secret");
    }

    private ReactiveWebApplicationContextRunner runner(String name, String grant) {
        return new ReactiveWebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TokenProviderAutoConfiguration.class,
                        TokenProviderOAuth2ClientAutoConfiguration.class,
                        ReactiveOAuth2ClientAutoConfiguration.class))
                .withUserConfiguration(Security.class)
                .withPropertyValues(endpoint.registration(name, grant));
    }

    private static void authorize(ApplicationContext context, String name, Authentication user) {
        ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
        assertThat(context.getBean(ReactiveOAuth2AuthorizedClientManager.class)
                        .authorize(OAuth2AuthorizeRequest.withClientRegistrationId(name)
                                .principal(user)
                                .attribute(ServerWebExchange.class.getName(), exchange)
                                .build())
                        .block())
                .isNotNull();
    }

    /** Where the browser is sent after the user has come back from the authorization endpoint. */
    private static URI logIn(ApplicationContext context) {
        WebFilterChainProxy chain = context.getBean(WebFilterChainProxy.class);
        MockServerWebExchange there =
                MockServerWebExchange.from(MockServerHttpRequest.get("http://localhost/oauth2/authorization/login"));
        chain.filter(there, exchange -> Mono.empty()).block();
        String state = UriComponentsBuilder.fromUri(
                        there.getResponse().getHeaders().getLocation())
                .build(true)
                .getQueryParams()
                .getFirst("state");
        MockServerWebExchange back = MockServerWebExchange.builder(MockServerHttpRequest.method(
                                HttpMethod.GET,
                                URI.create("http://localhost/login/oauth2/code/login?code=c&state=" + state))
                        .header(HttpHeaders.ACCEPT, "text/html"))
                .session(there.getSession().block())
                .build();
        chain.filter(back, exchange -> Mono.empty()).block();
        return back.getResponse().getHeaders().getLocation();
    }

    /** As Spring Security says for what runs outside of a request. */
    @Configuration(proxyBeanMethods = false)
    static class Job {
        @Bean
        ReactiveOAuth2AuthorizedClientManager job(
                ReactiveClientRegistrationRepository registrations, ReactiveOAuth2AuthorizedClientService clients) {
            return new AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager(registrations, clients);
        }
    }

    /** What Boot's web security would define. */
    @Configuration(proxyBeanMethods = false)
    @EnableWebFluxSecurity
    static class Security {
        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return http.oauth2Login(Customizer.withDefaults())
                    .oauth2Client(Customizer.withDefaults())
                    .build();
        }

        @Bean
        ServerOAuth2AuthorizedClientRepository clients(ReactiveOAuth2AuthorizedClientService clients) {
            return new AuthenticatedPrincipalServerOAuth2AuthorizedClientRepository(clients);
        }
    }
}
