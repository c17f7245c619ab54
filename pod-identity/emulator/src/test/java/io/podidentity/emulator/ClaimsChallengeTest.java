// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A token that is revoked before it expires, and the claims that Entra ID is asked for in its place. */
class ClaimsChallengeTest {

    private static final String APPLICATION = "30000000-0000-4000-8000-0000000000aa";
    private static final Pattern CLAIMS = Pattern.compile("error=\"insufficient_claims\", claims=\"([^\"]+)\"");

    private PodIdentityEmulator azure;
    private Client client;

    @BeforeEach
    void start() {
        azure = PodIdentityEmulator.builder()
                .application(APPLICATION, "o1", "secret")
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterEach
    void close() {
        azure.close();
    }

    @Test
    void blobs_withTheRevokedToken_areRefusedAsOftenAsItIsPresented() throws Exception {
        String token = token("");
        assertThat(blobs(token).statusCode()).isEqualTo(200);
        azure.challengeClaims();

        HttpResponse<String> refused = blobs(token);

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("InvalidAuthenticationInfo").doesNotContain(token);
        assertThat(challenge(refused))
                .matches("\\{\"access_token\":\\{\"nbf\":\\{\"essential\":true,\"value\":\"\\d{10}\"}}}");
        assertThat(blobs(token).statusCode()).isEqualTo(401);
        assertThat(blobs(token("")).statusCode()).isEqualTo(200);
    }

    @Test
    void token_thatIsAskedForWithClaims_hasThem() throws Exception {
        JWTClaimsSet claims = SignedJWT.parse(
                        token(
                                "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]},\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}"))
                .getJWTClaimsSet();

        assertThat(claims.getStringListClaim("xms_cc")).containsExactly("cp1");
        assertThat(claims.getStringListClaim("acrs")).containsExactly("c1");
        assertThat(SignedJWT.parse(token("")).getJWTClaimsSet().getClaims()).doesNotContainKeys("xms_cc", "acrs");
    }

    @Test
    void token_thatIsAskedForWithMalformedClaims_isRefused() throws Exception {
        HttpResponse<String> refused = ask("[1");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("AADSTS9002313");
    }

    private static String challenge(HttpResponse<String> refused) {
        String header = refused.headers().firstValue("WWW-Authenticate").orElse("");
        Matcher claims = CLAIMS.matcher(header);
        assertThat(claims.find()).as(header).isTrue();
        return new String(Base64.getDecoder().decode(claims.group(1)), StandardCharsets.UTF_8);
    }

    private HttpResponse<String> blobs(String token) throws Exception {
        return client.get(
                azure.storage() + "/samples?restype=container&comp=list",
                "Authorization",
                "Bearer " + token,
                "x-ms-version",
                "2023-11-03");
    }

    private String token(String claims) throws Exception {
        return (String) Client.json(ask(claims)).get("access_token");
    }

    private HttpResponse<String> ask(String claims) throws Exception {
        var form = new HashMap<>(Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                APPLICATION,
                "client_secret",
                "secret",
                "scope",
                "https://storage.azure.com/.default"));
        if (!claims.isEmpty()) {
            form.put("claims", claims);
        }
        return client.post(azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token", form);
    }
}
