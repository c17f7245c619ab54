// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;

/** One application on a machine with three identities: tokens by HTTP, and sent by HTTP. */
@SpringBootTest(
        classes = EmulatedAzureTest.Application.class,
        properties = {
            "token-provider.identities.orders.client-id=" + IdentitiesTest.ORDERS,
            "token-provider.identities.reports.connection-string=RunAs=App;AppId=" + IdentitiesTest.REPORTS
        })
@EmulatedAzure(customizers = IdentitiesTest.ThreeIdentities.class)
class IdentitiesTest {
    static final String ORDERS = "11111111-1111-1111-1111-111111111111";
    static final String REPORTS = "22222222-2222-2222-2222-222222222222";
    private static final String NODE = "33333333-3333-3333-3333-333333333333";
    private static final String VAULT = "https://vault.azure.net";

    private static final HttpServer SERVER = echo();

    @Autowired
    private AzureServiceTokenProvider provider;

    @Autowired
    @Qualifier("orders")
    private AzureServiceTokenProvider orders;

    @Autowired
    private TokenCredential credential;

    @Autowired
    @Qualifier("reports")
    private TokenCredential reports;

    @Autowired
    private RestClient.Builder client;

    static final class ThreeIdentities implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder builder) {
            builder.identity(
                    new ManagedIdentity("node", NODE, NODE.replace('3', 'c'), true),
                    new ManagedIdentity("orders", ORDERS, ORDERS.replace('1', 'a')),
                    new ManagedIdentity("reports", REPORTS, REPORTS.replace('2', 'b')));
        }
    }

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry settings) {
        String url = "http://localhost:" + SERVER.getAddress().getPort();
        settings.add("token-provider.bearer[0].url", () -> url + "/node");
        settings.add("token-provider.bearer[0].resource", () -> VAULT);
        settings.add("token-provider.bearer[1].url", () -> url + "/reports");
        settings.add("token-provider.bearer[1].resource", () -> VAULT);
        settings.add("token-provider.bearer[1].identity", () -> "reports");
    }

    @AfterAll
    static void stop() {
        SERVER.stop(0);
    }

    @Test
    void providers_byTheirQualifierOrWithout_areOfDifferentIdentities() {
        assertThat(clientId(provider)).isEqualTo(NODE);
        assertThat(clientId(orders)).isEqualTo(ORDERS);
    }

    @Test
    void credentials_byTheirQualifierOrWithout_areOfDifferentIdentities() {
        assertThat(clientId(token(credential))).isEqualTo(NODE);
        assertThat(clientId(token(reports))).isEqualTo(REPORTS);
    }

    @Test
    void requests_toServersOfDifferentIdentities_haveTheirTokens() {
        assertThat(clientId(get("/node"))).isEqualTo(NODE);
        assertThat(clientId(get("/reports"))).isEqualTo(REPORTS);
    }

    private String get(String path) {
        return client.build()
                .get()
                .uri("http://localhost:" + SERVER.getAddress().getPort() + path)
                .retrieve()
                .requiredBody(String.class);
    }

    private static String token(TokenCredential credential) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(VAULT + "/.default"))
                .getToken();
    }

    private static String clientId(AzureServiceTokenProvider provider) {
        return provider.getAuthenticationResult(VAULT)
                .principal()
                .flatMap(Principal::appId)
                .orElseThrow();
    }

    private static String clientId(String token) {
        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8);
        return claims.replaceAll(".*\"appid\":\"([^\"]*)\".*", "$1");
    }

    /** Answers with the token that it was sent. */
    private static HttpServer echo() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                byte[] sent = exchange.getRequestHeaders()
                        .getFirst("Authorization")
                        .replace("Bearer ", "")
                        .getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(200, sent.length);
                exchange.getResponseBody().write(sent);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
