package io.podidentity.tokenprovider.spring;

import static io.podidentity.tokenprovider.spring.RecordingTokenEndpoint.ASSERTION_TYPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

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
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
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
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.web.AuthenticatedPrincipalOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
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
                    authorize(context, "login", new TestingAuthenticationToken("ada", null, "user"));
                });

        assertThat(endpoint.forms)
                .hasSize(2)
                .allSatisfy(form -> assertThat(form)
                        .contains(entry("client_assertion", "of-the-pod"), entry("client_id", "app-login"))
                        .doesNotContainKeys("Authorization", "client_secret"));
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
                        + " exist: spring.security.oauth2.client.registration has only [api].| Correct the name, or add"
                        + " spring.security.oauth2.client.registration.other.",
                "api.source=workload-identity,SECRET| spring.security.oauth2.client.registration.api.client-secret is set,"
                        + " and token-provider.client-assertion.api too.| Remove the secret, or"
                        + " token-provider.client-assertion.api.*.",
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
                "api.source=managed-identity| token-provider.client-assertion.api.client-id| user-assigned managed",
                "api.client-id=x| token-provider.client-assertion.api.source| It is missing.",
                "api.source=workload-identity,api.client-id=x| token-provider.client-assertion.api.client-id| It is for",
                "api.source=secret| token-provider.client-assertion.api.source| Source.secret",
            })
    void start_withAWrongValue_failsWithTheSetting(String settings, String name, String reason) {
        String[] properties = settings.replaceAll("(^|,)", "$1" + SETTING).split(",", -1);
        runner("api", "client_credentials").withPropertyValues(properties).run(context -> {
            StringBuilder said = new StringBuilder();
            for (Throwable e = context.getStartupFailure(); e != null; e = e.getCause()) {
                said.append(e).append('\n');
            }
            assertThat(said).contains(name).contains(reason);
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
