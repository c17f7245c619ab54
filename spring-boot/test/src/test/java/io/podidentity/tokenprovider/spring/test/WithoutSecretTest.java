// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.SpringBootTest;
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
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.util.UriComponentsBuilder;

/** An application without a secret, over TLS to the emulated Entra ID: who signs in there needs no browser. */
@SpringBootTest(
        classes = WithoutSecretTest.Application.class,
        properties = {
            "spring.main.web-application-type=servlet",
            "spring.security.oauth2.client.provider.entra.issuer-uri=${emulated-azure.entra}/"
                    + WithoutSecretTest.TENANT + "/v2.0",
            "spring.security.oauth2.client.registration.login.provider=entra",
            "spring.security.oauth2.client.registration.login.client-id=" + WithoutSecretTest.WEB,
            "spring.security.oauth2.client.registration.login.scope=openid,offline_access,api://"
                    + WithoutSecretTest.API + "/orders.read",
            "spring.security.oauth2.client.registration.nightly.provider=entra",
            "spring.security.oauth2.client.registration.nightly.client-id=" + WithoutSecretTest.WEB,
            "spring.security.oauth2.client.registration.nightly.authorization-grant-type=client_credentials",
            "spring.security.oauth2.client.registration.nightly.scope=api://" + WithoutSecretTest.API + "/.default",
            "spring.security.oauth2.client.registration.downstream.provider=entra",
            "spring.security.oauth2.client.registration.downstream.client-id=" + WithoutSecretTest.API,
            "spring.security.oauth2.client.registration.downstream.authorization-grant-type"
                    + "=urn:ietf:params:oauth:grant-type:jwt-bearer",
            "spring.security.oauth2.client.registration.downstream.scope=https://graph.microsoft.com/.default",
            "token-provider.client-assertion.login.source=managed-identity",
            "token-provider.client-assertion.login.client-id=${identity}",
            "token-provider.client-assertion.nightly.source=managed-identity",
            "token-provider.client-assertion.nightly.client-id=${identity}",
            "token-provider.client-assertion.downstream.source=managed-identity",
            "token-provider.client-assertion.downstream.client-id=${identity}",
            "identity=" + WithoutSecretTest.IDENTITY,
        })
@EmulatedAzure(customizers = WithoutSecretTest.Tenant.class)
class WithoutSecretTest {
    static final String TENANT = "10000000-0000-4000-8000-0000000000da";
    static final String WEB = "c0ffee00-0000-4000-8000-0000000000d1";
    static final String API = "c0ffee00-0000-4000-8000-0000000000d2";
    static final String IDENTITY = "20000000-0000-4000-8000-0000000000da";

    @Autowired
    @Qualifier("springSecurityFilterChain")
    private Filter chain;

    @Autowired
    private OAuth2AuthorizedClientManager clients;

    @Test
    void login_andACallOnBehalfOfTheUser_needNoSecret() throws Exception {
        Authentication user = logIn();

        assertThat(((OidcUser) user.getPrincipal()).getPreferredUsername()).isEqualTo("developer@podid.example");
        String forTheApi = token("login", user);
        assertThat(claims(forTheApi)).containsEntry("azp", WEB).containsEntry("scp", "orders.read");
        Jwt atTheApi = Jwt.withTokenValue(forTheApi)
                .header("alg", "RS256")
                .subject(user.getName())
                .build();
        assertThat(claims(token("downstream", new TestingAuthenticationToken(atTheApi, null, "user"))))
                .containsEntry("oid", claims(forTheApi).get("oid"))
                .containsEntry("appid", API);
    }

    @Test
    void clientCredentials_needNoSecret() {
        assertThat(claims(token("nightly", new TestingAuthenticationToken("job", null, "user"))))
                .containsEntry("aud", API)
                .containsEntry("azp", WEB);
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

    private Authentication logIn() throws Exception {
        MockHttpServletRequest begin = request("/oauth2/authorization/login");
        URI page = URI.create(send(begin).getRedirectedUrl());
        HttpResponse<String> signedIn = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
        MockHttpServletRequest back = request("/login/oauth2/code/login");
        back.setSession(begin.getSession());
        UriComponentsBuilder.fromUriString(
                        signedIn.headers().firstValue("Location").orElseThrow())
                .build()
                .getQueryParams()
                .forEach((name, values) ->
                        back.setParameter(name, URLDecoder.decode(values.get(0), StandardCharsets.UTF_8)));
        assertThat(send(back).getRedirectedUrl()).isEqualTo("/");
        HttpSession session = back.getSession();
        return ((SecurityContext) session.getAttribute("SPRING_SECURITY_CONTEXT")).getAuthentication();
    }

    private MockHttpServletResponse send(MockHttpServletRequest request) throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        chain.doFilter(request, response, new MockFilterChain());
        return response;
    }

    private static MockHttpServletRequest request(String path) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setServletPath(path);
        return request;
    }

    private static Map<String, Object> claims(String token) {
        byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
        return JsonParserFactory.getJsonParser().parseMap(new String(json, StandardCharsets.UTF_8));
    }

    /** Two applications that trust the machine's identity, and have no secret that anybody knows. */
    static final class Tenant implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder azure) {
            var identity = new ManagedIdentity("orders", IDENTITY, "20000000-0000-4000-8000-0000000000db", false);
            String issuer = "https://login.microsoftonline.com/" + TENANT + "/v2.0";
            azure.tenantId(TENANT)
                    .identity(identity)
                    .application(WEB, "0b1ec700-0000-4000-8000-0000000000d1", "unknown-1")
                    .application(API, "0b1ec700-0000-4000-8000-0000000000d2", "unknown-2")
                    .redirectUri(WEB, "http://localhost/login/oauth2/code/login")
                    .federatedCredential(WEB, issuer, identity.objectId(), "api://AzureADTokenExchange")
                    .federatedCredential(API, issuer, identity.objectId(), "api://AzureADTokenExchange");
        }
    }

    /** The application: no secret, and no bean for that. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSecurity
    static class Application {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.oauth2Login(Customizer.withDefaults()).build();
        }
    }
}
