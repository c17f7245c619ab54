// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.directory.ClaimsMatchingExpression;
import io.podidentity.testsupport.Client;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Federated credentials with an expression over claims, as a pipeline's jobs use them. */
class FlexibleFederationTest {
    private static final String CLIENT = "11111111-1111-4111-8111-111111111111";
    private static final String GITHUB = "https://token.actions.githubusercontent.com";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String EXPRESSION =
            "claims['sub'] matches 'repo:contoso/shop:ref:refs/heads/*' and claims['environment'] eq 'test'";

    private static RSAKey key;
    private static PodIdentityEmulator azure;

    @BeforeAll
    static void start() throws Exception {
        key = new RSAKeyGenerator(2048).generate();
        azure = PodIdentityEmulator.builder()
                .application(CLIENT, "22222222-2222-4222-8222-222222222222", "a-secret")
                .issuerKey(GITHUB, key.toRSAPublicKey())
                .flexibleFederatedCredential(CLIENT, GITHUB, EXPRESSION, AUDIENCE)
                .start();
    }

    @AfterAll
    static void stop() {
        azure.close();
    }

    @Test
    void token_whoseClaimsTheExpressionAccepts_isExchanged() throws Exception {
        assertThat(exchange("repo:contoso/shop:ref:refs/heads/main", "test", AUDIENCE))
                .containsKey("access_token");
    }

    @ParameterizedTest
    @CsvSource({
        "repo:contoso/shop:ref:refs/tags/v1, test, api://AzureADTokenExchange, AADSTS700213",
        "repo:contoso/shop:ref:refs/heads/main, prod, api://AzureADTokenExchange, AADSTS700213",
        "repo:contoso/shop:ref:refs/heads/main, TEST, api://AzureADTokenExchange, AADSTS700213",
        "repo:contoso/shop:ref:refs/heads/main, test, api://other, AADSTS700212",
    })
    void token_whoseClaimsTheExpressionRefuses_isRefused(
            String subject, String environment, String audience, String code) throws Exception {
        assertThat(String.valueOf(exchange(subject, environment, audience).get("error_description")))
                .startsWith(code + ": ");
    }

    @Test
    void matches_ofQuestionMark_standsForOneCharacter() {
        var expression = ClaimsMatchingExpression.parse("claims['ref'] matches 'v?.x'");
        assertThat(expression.accepts(Map.of("ref", "v1.x"))).isTrue();
        assertThat(expression.accepts(Map.of("ref", "v10.x"))).isFalse();
        assertThat(expression.accepts(Map.of("ref", "v1-x"))).isFalse();
        assertThat(expression.accepts(Map.of())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sub matches 'x'",
                "claims['sub'] like 'x'",
                "claims['sub'] matches x",
                "claims['sub'] matches ''",
                "claims['sub'] matches 'x' or claims['sub'] eq 'y'",
                "claims['sub'] matches 'x' and ",
            })
    void parse_ofAnotherLanguage_saysFromWhere(String text) {
        assertThatThrownBy(() -> ClaimsMatchingExpression.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read from character");
    }

    @Test
    void credential_ofAnIssuerThatTakesNoExpression_isRefused() {
        assertThatThrownBy(() -> PodIdentityEmulator.builder()
                        .flexibleFederatedCredential(
                                CLIENT, "https://oidc.prod-aks.azure.com/x/", EXPRESSION, AUDIENCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Entra ID accepts no claims matching expression for the issuer ");
    }

    private static Map<String, Object> exchange(String subject, String environment, String audience) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(GITHUB)
                .subject(subject)
                .audience(audience)
                .claim("environment", environment)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build();
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
        jwt.sign(new RSASSASigner(key));
        return Client.json(Client.of(azure.sslContext())
                .post(
                        azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                        Map.of(
                                "grant_type", "client_credentials",
                                "client_id", CLIENT,
                                "scope", "https://storage.azure.com/.default",
                                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                                "client_assertion", jwt.serialize())));
    }
}
