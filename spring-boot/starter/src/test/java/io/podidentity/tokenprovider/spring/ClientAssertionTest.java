// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static io.podidentity.tokenprovider.spring.RecordingTokenEndpoint.ASSERTION_TYPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthenticatedPrincipalOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.util.UriComponentsBuilder;

/** Spring Security as it comes, a token endpoint that keeps what it was sent, and nothing in between. */
class ClientAssertionTest {
    private static final String SETTING = "token-provider.client-assertion.";

    @TempDir
    private Path folder;

    private RecordingTokenEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = new RecordingTokenEndpoint();
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void clientCredentials_ofAManagedIdentity_haveItsTokenInPlaceOfASecret() {
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=managed-identity", SETTING + "api.client-id=orders-identity")
                .run(context -> {
                    assertThat(authorize(context, "api", user())
                                    .getAccessToken()
                                    .getTokenValue())
                            .isEqualTo("t1");
                    authorize(context, "api", user());
                });

        // The second token is another one; the assertion is kept.
        assertThat(endpoint.forms)
                .hasSize(2)
                .allSatisfy(form -> assertThat(form)
                        .containsExactlyInAnyOrderEntriesOf(Map.of(
                                "grant_type", "client_credentials",
                                "client_id", "app-api",
                                "scope", "api://orders/.default",
                                "client_assertion_type", ASSERTION_TYPE,
                                "client_assertion", "of-the-identity")));
        assertThat(endpoint.identities)
                .containsExactly(
                        "api-version=2018-02-01&resource=api://AzureADTokenExchange&client_id=orders-identity");
    }

    @Test
    void onBehalfOf_ofAPod_readsTheFileForEachRequestAndSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "first");
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
                .run(context -> {
                    authorize(context, "downstream", caller);
                    Files.writeString(file, "second");
                    authorize(context, "downstream", caller);
                });

        assertThat(endpoint.forms)
                .extracting(form -> form.get("client_assertion"))
                .containsExactly("first", "second");
        assertThat(endpoint.forms.peek())
                .contains(
                        entry("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                        entry("assertion", "of-the-caller"),
                        entry("requested_token_use", "on_behalf_of"),
                        entry("client_id", "app-downstream"))
                .doesNotContainKeys("Authorization", "client_secret");
    }

    @Test
    void login_ofAUser_provesTheApplicationForTheCodeAndForEachRefresh() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "of-the-pod");
        runner("login", "authorization_code")
                .withPropertyValues(
                        SETTING + "login.source=workload-identity",
                        "token-provider.environment.AZURE_FEDERATED_TOKEN_FILE=" + file)
                .run(context -> {
                    String location = logIn(context);
                    assertThat(location).isEqualTo("/");
                    Files.writeString(file, "renewed");
                    authorize(context, "login", new TestingAuthenticationToken("ada", null, "user"));
                });

        assertThat(endpoint.forms)
                .hasSize(2)
                .allSatisfy(form -> assertThat(form)
                        .contains(entry("client_id", "app-login"))
                        .doesNotContainKeys("Authorization", "client_secret"));
        assertThat(endpoint.forms)
                .extracting(form -> form.get("client_assertion"))
                .containsExactly("of-the-pod", "renewed");
        assertThat(endpoint.forms.remove())
                .contains(entry("grant_type", "authorization_code"), entry("code", "c"))
                .containsKey("code_verifier");
        assertThat(endpoint.forms.remove()).contains(entry("grant_type", "refresh_token"), entry("refresh_token", "r"));
    }

    @Test
    void registrationThatIsNotNamed_keepsItsSecret() {
        runner("api", "client_credentials")
                .withPropertyValues(endpoint.registration("other", "client_credentials"))
                .withPropertyValues(
                        "spring.security.oauth2.client.registration.other.client-secret=hunter2",
                        SETTING + "api.source=github-actions")
                .run(context -> authorize(context, "other", user()));

        assertThat(endpoint.forms.remove())
                .containsKey("Authorization")
                .doesNotContainKeys("client_assertion", "client_assertion_type", "requested_token_use");
    }

    @Test
    void clientOfTheApplication_winsOverOurs() {
        runner("api", "client_credentials")
                .withUserConfiguration(OwnClient.class)
                .withPropertyValues(SETTING + "api.source=github-actions")
                .run(context -> assertThat(authorize(context, "api", user())
                                .getAccessToken()
                                .getTokenValue())
                        .isEqualTo("own"));

        assertThat(endpoint.forms).isEmpty();
    }

    @Test
    void assertionThatIsNotToBeHad_failsTheRequestWithTheReason() {
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=workload-identity")
                .run(context -> assertThatThrownBy(() -> authorize(context, "api", user()))
                        .isInstanceOf(OAuth2AuthorizationException.class)
                        .hasMessageContaining("No client assertion for the registration api: no assertion from Workload"
                                + " identity: not set: AZURE_FEDERATED_TOKEN_FILE."));

        assertThat(endpoint.forms).isEmpty();
    }

    @Test
    void start_withoutTheSetting_definesNoClient() {
        runner("api", "client_credentials")
                .run(context -> assertThat(context).doesNotHaveBean(OAuth2AccessTokenResponseClient.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "other.source=workload-identity| token-provider.client-assertion.other names a registration that does not"
                        + " exist: the application has only [api].| Correct the name, or add"
                        + " spring.security.oauth2.client.registration.other.",
                "api.source=workload-identity,SECRET| spring.security.oauth2.client.registration.api.client-secret is set,"
                        + " and token-provider.client-assertion.api too.| Remove the secret, or"
                        + " token-provider.client-assertion.api.*, or set token-provider.client-assertion.api.source=none"
                        + " in the profile that has the secret.",
                "api.source=workload-identity,METHOD|"
                        + " spring.security.oauth2.client.registration.api.client-authentication-method is"
                        + " client_secret_post, which is another way to authenticate than"
                        + " token-provider.client-assertion.api.| Remove client-authentication-method, or set it to"
                        + " private_key_jwt.",
            })
    void start_withAWrongCombination_failsWithTheSettingAndTheAction(
            String settings, String description, String action) {
        String registration = "spring.security.oauth2.client.registration.api.";
        String[] properties = settings.replace("SECRET", registration + "client-secret=hunter2")
                .replace("METHOD", registration + "client-authentication-method=client_secret_post")
                .replaceFirst("^", SETTING)
                .split(",", -1);
        runner("api", "client_credentials").withPropertyValues(properties).run(context -> {
            FailureAnalysis analysis = new TokenProviderFailureAnalyzer().analyze(context.getStartupFailure());

            assertThat(analysis.getDescription()).isEqualTo(description).doesNotContain("hunter");
            assertThat(analysis.getAction()).isEqualTo(action);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "api.source=managed-identity| token-provider.client-assertion.api needs either client-id or identity",
                "api.source=managed-identity,api.client-id=x,api.identity=y| needs either client-id or identity",
                "api.source=managed-identity,api.identity=y| token-provider.client-assertion.api.identity is \"y\".",
                "api.client-id=x| token-provider.client-assertion.api.source is missing.",
                "api.source=agent-identity,api.identity=y| token-provider.client-assertion.api.identity is no name among",
                "api.source=file| token-provider.client-assertion.api.file is missing.",
                "api.source=workload-identity,api.client-id=x| which its source does not need",
            })
    void start_withAWrongValue_failsWithTheSetting(String settings, String description) {
        String[] properties = settings.replaceAll("(^|,)", "$1" + SETTING).split(",", -1);
        runner("api", "client_credentials")
                .withPropertyValues(properties)
                .run(context -> assertThat(new TokenProviderFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getDescription())
                        .contains(description));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client_credentials| client-id=another| its client-id is not that of token-provider.agents.assistant.",
                "client_credentials| scope=api://orders/read| its scope must be RESOURCE/.default alone.",
                "client_credentials| scope=a/.default,b/.default| its scope must be RESOURCE/.default alone.",
                "authorization_code| scope=api://orders/.default| users cannot sign in at an agent identity",
            })
    void start_withARegistrationThatCannotBeOfTheAgent_failsWithTheReason(String grant, String member, String reason) {
        runner("api", grant)
                .withPropertyValues(
                        "spring.security.oauth2.client.registration.api." + member,
                        SETTING + "api.source=agent-identity",
                        SETTING + "api.identity=assistant",
                        "token-provider.agents.assistant.client-id=app-api",
                        "token-provider.agent-blueprint.client-id=blueprint",
                        "token-provider.agent-blueprint.tenant-id=contoso.com")
                .run(context -> assertThat(new TokenProviderFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getDescription())
                        .startsWith("token-provider.client-assertion.api does not fit the registration api: ")
                        .contains(reason));
    }

    @Test
    void start_withARegistrationThatOnlyTheRepositoryHas_takesIt() {
        runner("other", "client_credentials")
                .withUserConfiguration(OwnRepository.class)
                .withPropertyValues(
                        SETTING + "coded.source=managed-identity", SETTING + "coded.client-id=orders-identity")
                .run(context -> authorize(context, "coded", user()));

        assertThat(endpoint.forms.remove()).contains(entry("client_assertion", "of-the-identity"));
    }

    @Test
    void start_withARegistrationThatTheRepositoryDoesNotHave_failsWithItsNames() {
        runner("other", "client_credentials")
                .withUserConfiguration(OwnRepository.class)
                .withPropertyValues(SETTING + "wrong.source=workload-identity")
                .run(context -> assertThat(new TokenProviderFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getDescription())
                        .isEqualTo("token-provider.client-assertion.wrong names a registration that does not exist: the"
                                + " application has only [coded]."));
    }

    @Test
    void start_whereBeansAreLazy_stillFindsAWrongCombination() {
        runner("api", "client_credentials")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withPropertyValues(SETTING + "other.source=workload-identity")
                .run(context -> assertThat(context).hasFailed());
    }

    /** A job has no request. What it makes itself knows of no client that is a bean. */
    @Test
    void job_withAManagerOfItsOwn_sendsTheAssertion() {
        runner("api", "client_credentials")
                .withUserConfiguration(Job.class)
                .withPropertyValues(SETTING + "api.source=managed-identity", SETTING + "api.client-id=orders-identity")
                .run(context -> assertThat(context.getBean("job", OAuth2AuthorizedClientManager.class)
                                .authorize(OAuth2AuthorizeRequest.withClientRegistrationId("api")
                                        .principal("job")
                                        .build()))
                        .isNotNull());

        assertThat(endpoint.forms.remove())
                .contains(entry("grant_type", "client_credentials"), entry("client_assertion", "of-the-identity"))
                .doesNotContainKeys("Authorization", "client_secret");
    }

    @Test
    void job_ofARegistrationThatIsNotNamed_keepsItsSecret() {
        runner("api", "client_credentials")
                .withUserConfiguration(Job.class)
                .withPropertyValues(endpoint.registration("other", "client_credentials"))
                .withPropertyValues(
                        "spring.security.oauth2.client.registration.other.client-secret=hunter2",
                        SETTING + "api.source=github-actions")
                .run(context -> context.getBean("job", OAuth2AuthorizedClientManager.class)
                        .authorize(OAuth2AuthorizeRequest.withClientRegistrationId("other")
                                .principal("job")
                                .build()));

        assertThat(endpoint.forms.remove()).containsKey("Authorization").doesNotContainKey("client_assertion");
    }

    @Test
    void assertion_ofANamedIdentity_isThatOfItsClientId() {
        runner("api", "client_credentials")
                .withPropertyValues(
                        "token-provider.identities.orders.client-id=orders-identity",
                        SETTING + "api.source=managed-identity",
                        SETTING + "api.identity=orders")
                .run(context -> authorize(context, "api", user()));

        assertThat(endpoint.identities)
                .containsExactly(
                        "api-version=2018-02-01&resource=api://AzureADTokenExchange&client_id=orders-identity");
    }

    @Test
    void assertion_ofAFile_isReadForEachRequest() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "first");
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=file", SETTING + "api.file=" + file)
                .run(context -> {
                    authorize(context, "api", user());
                    Files.writeString(file, "second");
                    authorize(context, "api", user());
                });

        assertThat(endpoint.forms)
                .extracting(form -> form.get("client_assertion"))
                .containsExactly("first", "second");
    }

    /** On a laptop a profile changes what the base says. */
    @Test
    void source_none_leavesTheRegistrationItsSecret() {
        runner("api", "client_credentials")
                .withPropertyValues(
                        "spring.security.oauth2.client.registration.api.client-secret=hunter2",
                        SETTING + "api.source=none",
                        SETTING + "api.client-id=orders-identity")
                .run(context -> authorize(context, "api", user()));

        assertThat(endpoint.forms.remove()).containsKey("Authorization").doesNotContainKey("client_assertion");
    }

    @Test
    void registrations_ofTwoTenants_sendTheAssertionToEach() throws IOException {
        try (RecordingTokenEndpoint guest = new RecordingTokenEndpoint()) {
            runner("api", "client_credentials")
                    .withPropertyValues(endpoint.registration("guest", "client_credentials"))
                    .withPropertyValues(
                            "spring.security.oauth2.client.registration.guest.provider=guest",
                            "spring.security.oauth2.client.provider.guest.token-uri=" + guest.url("/token"),
                            SETTING + "api.source=managed-identity",
                            SETTING + "api.client-id=orders-identity",
                            SETTING + "guest.source=managed-identity",
                            SETTING + "guest.client-id=orders-identity")
                    .run(context -> {
                        authorize(context, "api", user());
                        authorize(context, "guest", user());
                    });

            assertThat(guest.forms.remove())
                    .contains(entry("client_id", "app-guest"), entry("client_assertion", "of-the-identity"));
        }

        assertThat(endpoint.forms.remove()).contains(entry("client_id", "app-api"));
    }

    @Test
    void assertion_ofAnIdentity_isInHealthAsAnyToken() {
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=managed-identity", SETTING + "api.client-id=orders-identity")
                .run(context -> {
                    authorize(context, "api", user());
                    HealthIndicator health = context.getBean(HealthIndicator.class);
                    await().untilAsserted(() ->
                            assertThat(health.health().getStatus()).isEqualTo(Status.UP));
                    assertThat(context.getBean(TokenWatch.class).report())
                            .singleElement()
                            .satisfies(token -> assertThat(token)
                                    .containsEntry("identity", "client-assertion.api")
                                    .containsEntry("state", "VALID"));
                });
    }

    @Test
    void assertion_thatIsRefused_putsTheApplicationDown() {
        endpoint.refusesIdentities = true;
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=managed-identity", SETTING + "api.client-id=orders-identity")
                .run(context -> {
                    assertThatThrownBy(() -> authorize(context, "api", user()))
                            .isInstanceOf(OAuth2AuthorizationException.class);
                    HealthIndicator health = context.getBean(HealthIndicator.class);
                    await().untilAsserted(() ->
                            assertThat(health.health().getStatus()).isEqualTo(Status.DOWN));
                });
    }

    @Test
    void assertion_ofAPodWithoutAFile_putsTheApplicationDown() {
        runner("api", "client_credentials")
                .withPropertyValues(SETTING + "api.source=workload-identity")
                .run(context -> {
                    assertThatThrownBy(() -> authorize(context, "api", user()))
                            .isInstanceOf(OAuth2AuthorizationException.class);
                    assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                            .isEqualTo(Status.DOWN);
                });
    }

    @Test
    void start_withoutAnOAuth2Client_failsWithTheDependency() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TokenProviderAutoConfiguration.class, TokenProviderOAuth2ClientAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.security.oauth2"))
                .withPropertyValues(SETTING + "api.source=workload-identity")
                .run(context -> assertThat(new TokenProviderFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getAction())
                        .isEqualTo("Add spring-boot-starter-security-oauth2-client, or remove the setting."));
    }

    private WebApplicationContextRunner runner(String name, String grant) {
        return new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TokenProviderAutoConfiguration.class,
                        TokenProviderOAuth2ClientAutoConfiguration.class,
                        OAuth2ClientAutoConfiguration.class))
                .withUserConfiguration(Security.class)
                .withPropertyValues(endpoint.registration(name, grant));
    }

    private static Authentication user() {
        return new TestingAuthenticationToken("ada", null, "user");
    }

    private static OAuth2AuthorizedClient authorize(ApplicationContext context, String name, Authentication user) {
        return context.getBean(OAuth2AuthorizedClientManager.class)
                .authorize(OAuth2AuthorizeRequest.withClientRegistrationId(name)
                        .principal(user)
                        .attribute(HttpServletRequest.class.getName(), new MockHttpServletRequest())
                        .attribute(HttpServletResponse.class.getName(), new MockHttpServletResponse())
                        .build());
    }

    /** Where the browser is sent after the user has come back from the authorization endpoint. */
    private static String logIn(ApplicationContext context) throws Exception {
        Filter chain = context.getBean("springSecurityFilterChain", Filter.class);
        MockHttpServletRequest there = request("/oauth2/authorization/login");
        MockHttpServletResponse sent = new MockHttpServletResponse();
        chain.doFilter(there, sent, new MockFilterChain());
        String state = UriComponentsBuilder.fromUriString(sent.getRedirectedUrl())
                .build(true)
                .getQueryParams()
                .getFirst("state");
        MockHttpServletRequest back = request("/login/oauth2/code/login");
        back.setSession(there.getSession());
        back.setParameter("state", URLDecoder.decode(state, StandardCharsets.UTF_8));
        back.setParameter("code", "c");
        MockHttpServletResponse home = new MockHttpServletResponse();
        chain.doFilter(back, home, new MockFilterChain());
        return home.getRedirectedUrl();
    }

    private static MockHttpServletRequest request(String path) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setServletPath(path);
        return request;
    }

    /** What Boot's web security would define. */
    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    static class Security {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.oauth2Login(Customizer.withDefaults())
                    .oauth2Client(Customizer.withDefaults())
                    .build();
        }

        @Bean
        OAuth2AuthorizedClientRepository clients(OAuth2AuthorizedClientService clients) {
            return new AuthenticatedPrincipalOAuth2AuthorizedClientRepository(clients);
        }
    }

    /** As Spring Security says for what runs outside of a request. */
    @Configuration(proxyBeanMethods = false)
    static class Job {
        @Bean
        OAuth2AuthorizedClientManager job(
                ClientRegistrationRepository registrations, OAuth2AuthorizedClientService clients) {
            var manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, clients);
            manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
                    .clientCredentials()
                    .build());
            return manager;
        }
    }

    /** Registrations in code, as others have theirs in a database. */
    @Configuration(proxyBeanMethods = false)
    static class OwnRepository {
        @Bean
        ClientRegistrationRepository registrations(
                @Value("${spring.security.oauth2.client.provider.entra.token-uri}") String tokens) {
            return new InMemoryClientRegistrationRepository(ClientRegistration.withRegistrationId("coded")
                    .clientId("app-coded")
                    .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                    .tokenUri(tokens)
                    .build());
        }
    }

    /** An application that talks to its token endpoint itself. */
    @Configuration(proxyBeanMethods = false)
    static class OwnClient {
        @Bean
        OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> ownClient() {
            return request -> OAuth2AccessTokenResponse.withToken("own")
                    .tokenType(OAuth2AccessToken.TokenType.BEARER)
                    .build();
        }
    }
}
