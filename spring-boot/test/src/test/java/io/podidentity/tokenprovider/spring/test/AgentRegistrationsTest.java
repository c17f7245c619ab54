// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenRequestContext;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.OnBehalfOfCredentials;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.SecurityFilterChain;

/** Registrations of Spring Security whose client is an agent identity. */
@SpringBootTest(
        classes = AgentRegistrationsTest.Application.class,
        properties = {
            "spring.main.web-application-type=servlet",
            "spring.security.oauth2.client.provider.entra.issuer-uri=${emulated-azure.entra}/"
                    + "${emulated-azure.tenant-id}/v2.0",
            "spring.security.oauth2.client.registration.nightly.provider=entra",
            "spring.security.oauth2.client.registration.nightly.client-id=" + AgentRegistrationsTest.AGENT,
            "spring.security.oauth2.client.registration.nightly.authorization-grant-type=client_credentials",
            "spring.security.oauth2.client.registration.nightly.scope=https://graph.microsoft.com/.default",
            "spring.security.oauth2.client.registration.downstream.provider=entra",
            "spring.security.oauth2.client.registration.downstream.client-id=" + AgentRegistrationsTest.AGENT,
            "spring.security.oauth2.client.registration.downstream.authorization-grant-type"
                    + "=urn:ietf:params:oauth:grant-type:jwt-bearer",
            "spring.security.oauth2.client.registration.downstream.scope=https://graph.microsoft.com/.default",
            "spring.security.oauth2.client.registration.stranger.provider=entra",
            "spring.security.oauth2.client.registration.stranger.client-id=" + AgentRegistrationsTest.UNKNOWN,
            "spring.security.oauth2.client.registration.stranger.authorization-grant-type=client_credentials",
            "spring.security.oauth2.client.registration.stranger.scope=https://graph.microsoft.com/.default",
            "token-provider.client-assertion.nightly.source=agent-identity",
            "token-provider.client-assertion.nightly.identity=assistant",
            "token-provider.client-assertion.downstream.source=agent-identity",
            "token-provider.client-assertion.downstream.identity=assistant",
            "token-provider.client-assertion.stranger.source=agent-identity",
            "token-provider.client-assertion.stranger.identity=stranger",
            "token-provider.agents.assistant.client-id=" + AgentRegistrationsTest.AGENT,
            "token-provider.agents.stranger.client-id=" + AgentRegistrationsTest.UNKNOWN,
            "token-provider.connection-string=RunAs=Agent;TenantId=${emulated-azure.tenant-id};AppId="
                    + AgentRegistrationsTest.BLUEPRINT
                    + ";ManagedIdentityClientId=20000000-0000-4000-8000-000000000001",
        })
@EmulatedAzure(customizers = AgentRegistrationsTest.Agents.class)
class AgentRegistrationsTest {
    static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000002";
    static final String AGENT = "a6000000-0000-4000-8000-000000000003";
    static final String UNKNOWN = "a6000000-0000-4000-8000-000000000004";
    private static final String WEB = "c0ffee00-0000-4000-8000-0000000000e1";
    private static final String SECRET = "secret-of-the-web-application";
    private static final String CALLBACK = "http://localhost/callback";

    @Autowired
    private PodIdentityEmulator azure;

    @Autowired
    private OAuth2AuthorizedClientManager clients;

    @Autowired
    private OnBehalfOfCredentials credentials;

    /** The blueprint trusts the machine's identity. Users sign in at a web application of its own. */
    static final class Agents implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder builder) {
            builder.agentBlueprint(BLUEPRINT, "b1000000-0000-4000-8000-00000000002f")
                    .agentIdentity(BLUEPRINT, AGENT, AGENT)
                    .application(WEB, "0b1ec700-0000-4000-8000-0000000000e1", SECRET)
                    .redirectUri(WEB, CALLBACK);
        }
    }

    @Test
    void clientCredentials_ofAnAgent_giveItsOwnToken() {
        assertThat(claims(token("nightly", user("job"))))
                .containsEntry("appid", AGENT)
                .containsEntry("idtyp", "app")
                .containsEntry("xms_par_app_azp", BLUEPRINT);
    }

    @Test
    void onBehalfOf_aUserOfTheBlueprint_givesATokenThatNamesUserAndAgent() throws Exception {
        String user = new WebApplication(azure, WEB, SECRET, CALLBACK).getUserToken("api://" + BLUEPRINT + "/access");
        Jwt caller =
                Jwt.withTokenValue(user).header("alg", "RS256").subject("ada").build();

        String bySpring = token("downstream", new TestingAuthenticationToken(caller, null, "user"));
        String byTheStarter = credentials
                .withIdentity("assistant")
                .of(caller)
                .getTokenSync(new TokenRequestContext().addScopes("https://graph.microsoft.com/.default"))
                .getToken();

        assertThat(claims(bySpring))
                .containsEntry("appid", AGENT)
                .containsEntry("idtyp", "user")
                .containsEntry("upn", "developer@podid.example")
                .containsEntry("xms_par_app_azp", BLUEPRINT);
        assertThat(byTheStarter).isEqualTo(bySpring);
    }

    @Test
    void clientCredentials_ofAnAgentThatEntraDoesNotKnow_failWithTheReason() {
        assertThatThrownBy(() -> token("stranger", user("job")))
                .isInstanceOf(OAuth2AuthorizationException.class)
                .hasMessageContaining("[server_error] No token for the registration stranger: ")
                .hasMessageContaining("agent identity " + UNKNOWN);
    }

    private static Authentication user(String name) {
        return new TestingAuthenticationToken(name, null, "user");
    }

    private String token(String registration, Authentication user) {
        return clients.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration)
                        .principal(user)
                        .attribute(HttpServletRequest.class.getName(), new MockHttpServletRequest())
                        .attribute(HttpServletResponse.class.getName(), new MockHttpServletResponse())
                        .build())
                .getAccessToken()
                .getTokenValue();
    }

    private static Map<String, Object> claims(String token) {
        byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
        return JsonParserFactory.getJsonParser().parseMap(new String(json, StandardCharsets.UTF_8));
    }

    /** The application has no secret, and no bean for that. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSecurity
    static class Application {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.oauth2Client(Customizer.withDefaults()).build();
        }
    }
}
