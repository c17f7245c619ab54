// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.X509CertUtils;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryEndpointTest {

    private static final String USER = "00000000-0000-0000-0000-000000000000";
    private static final String SERVICE = "localhost:5443";
    private static final String REFUSAL =
            "authentication required, visit https://aka.ms/acr/authorization for more information.";

    private static PodIdentityEmulator azure;
    private static Client client;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.builder().besideEntra(RegistryEndpoint::new).start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void stop() {
        azure.close();
    }

    @Test
    void token_byPassword_isSignedForTheRepositoryByACertificateOfTheAuthority() throws Exception {
        HttpResponse<String> answer = login(USER, refreshToken(SERVICE), "repository:team:8080/demo:pull,push");

        assertThat(answer.statusCode()).isEqualTo(200);
        SignedJWT token =
                SignedJWT.parse(Client.json(answer).get("access_token").toString());
        List<com.nimbusds.jose.util.Base64> chain = token.getHeader().getX509CertChain();
        X509Certificate signer = X509CertUtils.parse(chain.get(0).decode());
        X509Certificate issuer = X509CertUtils.parse(chain.get(1).decode());
        signer.verify(issuer.getPublicKey());
        issuer.verify(X509CertUtils.parse(Files.readString(azure.certificateAuthority()))
                .getPublicKey());
        assertThat(token.verify(new ECDSAVerifier((ECPublicKey) signer.getPublicKey())))
                .isTrue();
        assertThat(token.getJWTClaimsSet().getIssuer()).isEqualTo("Azure Container Registry");
        assertThat(token.getJWTClaimsSet().getAudience()).containsExactly(SERVICE);
        assertThat(token.getJWTClaimsSet().getClaim("access"))
                .isEqualTo(List.of(
                        Map.of("type", "repository", "name", "team:8080/demo", "actions", List.of("pull", "push"))));
    }

    @Test
    void token_byRefreshToken_isTheSameKind() throws Exception {
        HttpResponse<String> answer = client.post(
                azure.entra() + "/oauth2/token",
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "service",
                        SERVICE,
                        "scope",
                        "repository:demo:pull",
                        "refresh_token",
                        refreshToken(SERVICE)));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Client.json(answer)).containsOnlyKeys("access_token");
    }

    @Test
    void token_withoutScope_allowsNothing() throws Exception {
        HttpResponse<String> answer = login(USER, refreshToken(SERVICE), "");

        SignedJWT token =
                SignedJWT.parse(Client.json(answer).get("access_token").toString());
        assertThat(token.getJWTClaimsSet().getClaim("access")).isEqualTo(List.of());
    }

    @Test
    void token_forAnotherRegistry_isRefused() throws Exception {
        assertRefused(login(USER, refreshToken("other.azurecr.io"), "repository:demo:pull"));
    }

    @Test
    void token_forAnotherUser_isRefused() throws Exception {
        assertRefused(login("somebody", refreshToken(SERVICE), "repository:demo:pull"));
    }

    @Test
    void token_withoutCredentials_isRefused() throws Exception {
        assertRefused(client.get(azure.entra() + "/oauth2/token?service=" + SERVICE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a token", "eyJhbGciOiJub25lIn0.e30."})
    void exchange_withoutATokenOfThisTenant_isRefused(String token) throws Exception {
        assertRefused(exchange(SERVICE, token));
    }

    private static void assertRefused(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(Client.json(answer))
                .isEqualTo(Map.of("errors", List.of(Map.of("code", "UNAUTHORIZED", "message", REFUSAL))));
    }

    private static String refreshToken(String service) throws Exception {
        String url = azure.imds()
                + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/";
        String token = Client.json(client.get(url, "Metadata", "true"))
                .get("access_token")
                .toString();
        return Client.json(exchange(service, token)).get("refresh_token").toString();
    }

    private static HttpResponse<String> exchange(String service, String token) throws Exception {
        return client.post(
                azure.entra() + "/oauth2/exchange",
                Map.of("grant_type", "access_token", "service", service, "access_token", token));
    }

    private static HttpResponse<String> login(String user, String password, String scope) throws Exception {
        String basic = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        String query = "service=" + SERVICE + (scope.isEmpty() ? "" : "&scope=" + scope);
        return client.get(azure.entra() + "/oauth2/token?" + query, "Authorization", "Basic " + basic);
    }
}
