// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.testsupport.Client;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntraTest {

    private static final String CLIENT = "c0ffee00-0000-4000-8000-000000000001";
    private static final String ISSUER = "https://cluster.example/";
    private static final String UNREACHABLE = "https://unreachable.example/";
    private static final String SUBJECT = "system:serviceaccount:demo:demo";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    private static PodIdentityEmulator azure;
    private static Client client;
    private static RSAKey clusterKey;
    private static RSAKey ownKey;

    @BeforeAll
    static void start() throws Exception {
        clusterKey = TestKeys.rsa("cluster");
        ownKey = TestKeys.rsa("application");
        azure = PodIdentityEmulator.builder()
                .application(CLIENT, "0b1ec700-0000-4000-8000-000000000001", "right-secret")
                .expiredSecret(CLIENT, "old-secret")
                .federatedCredential(CLIENT, ISSUER, SUBJECT, AUDIENCE)
                .federatedCredential(CLIENT, UNREACHABLE, SUBJECT, AUDIENCE)
                .issuerKey(ISSUER, clusterKey.toRSAPublicKey())
                .certificate(CLIENT, certificate(ownKey))
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @ParameterizedTest
    @CsvSource({
        "https://storage.azure.com/.default, https://storage.azure.com",
        "https://storage.azure.com//.default, https://storage.azure.com/",
        "00000003-0000-0000-c000-000000000000/.default, 00000003-0000-0000-c000-000000000000"
    })
    void token_withASecret_isForTheResourceOfTheScope(String scope, String audience) throws Exception {
        HttpResponse<String> answer = token(Map.of("client_secret", "right-secret", "scope", scope));

        assertThat(answer.statusCode()).isEqualTo(200);
        JWTClaimsSet claims = Client.claims(answer);
        assertThat(claims.getAudience()).containsExactly(audience);
        assertThat(claims.getIssuer()).isEqualTo("https://sts.windows.net/" + azure.tenantId() + "/");
        assertThat(claims.getStringClaim("appid")).isEqualTo(CLIENT);
        assertThat(claims.getStringClaim("oid")).isEqualTo("0b1ec700-0000-4000-8000-000000000001");
        assertThat(claims.getStringClaim("tid")).isEqualTo(azure.tenantId());
        assertThat(claims.getStringClaim("idtyp")).isEqualTo("app");
        assertThat(claims.getStringClaim("ver")).isEqualTo("1.0");
        assertThat(claims.getStringClaim("emulated")).isEqualTo("podid");
    }

    @Test
    void token_ofVersion2_hasNumbersAndNoExpiresOn() throws Exception {
        assertThat(Client.json(token(Map.of("client_secret", "right-secret"))))
                .containsOnlyKeys("token_type", "expires_in", "ext_expires_in", "access_token")
                .containsEntry("expires_in", 3600L);
    }

    @Test
    void token_ofTwoHours_saysWhenToRefresh() throws Exception {
        try (var slow = PodIdentityEmulator.builder()
                .tokenLifetime(Duration.ofHours(2))
                .application(CLIENT, "o", "s")
                .start()) {
            var answer = Client.of(slow.sslContext())
                    .post(
                            slow.entra() + "/" + slow.tenantId() + "/oauth2/v2.0/token",
                            Map.of(
                                    "grant_type", "client_credentials",
                                    "client_id", CLIENT,
                                    "client_secret", "s",
                                    "scope", "https://vault.azure.net/.default"));
            assertThat(Client.json(answer)).containsEntry("expires_in", 7200L).containsEntry("refresh_in", 3600L);
        }
    }

    @Test
    void token_ofVersion1_hasStringsAndExpiresOn() throws Exception {
        HttpResponse<String> answer = client.post(
                azure.entra() + "/" + azure.tenantId() + "/oauth2/token",
                Map.of(
                        "grant_type", "client_credentials",
                        "client_id", CLIENT,
                        "client_secret", "right-secret",
                        "resource", "https://storage.azure.com/"));

        assertThat(Client.json(answer)).containsEntry("expires_in", "3600").containsKey("expires_on");
        assertThat(Client.claims(answer).getAudience()).containsExactly("https://storage.azure.com/");
    }

    @Test
    void keys_always_verifyTheToken() throws Exception {
        var token = SignedJWT.parse((String)
                Client.json(token(Map.of("client_secret", "right-secret"))).get("access_token"));
        var discovery = Client.json(
                client.get(azure.entra() + "/" + azure.tenantId() + "/v2.0/.well-known/openid-configuration"));
        var keys = JWKSet.parse(client.get((String) discovery.get("jwks_uri")).body());
        var key = keys.getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey();

        assertThat(key.isPrivate()).isFalse();
        assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "client_secret, wrong, 401, invalid_client, 7000215",
                "client_secret, old-secret, 401, invalid_client, 7000222",
                "client_secret, '', 401, invalid_client, 7000218",
                "client_id, 00000000-0000-4000-8000-00000000dead, 400, unauthorized_client, 700016",
                "client_id, '', 400, invalid_request, 900144",
                "grant_type, '', 400, invalid_request, 900144",
                "grant_type, password, 400, unsupported_grant_type, 70003",
                "scope, '', 400, invalid_request, 900144",
                "scope, https://storage.azure.com/, 400, invalid_scope, 1002012",
                "scope, https://nobody.invalid/.default, 400, invalid_resource, 500011",
                "scope, nonsense/.default, 400, invalid_resource, 500011"
            })
    void token_whenOneFieldIsWrong_isRefusedInEntrasWords(
            String field, String value, int status, String error, int number) throws Exception {
        var fields = new HashMap<>(Map.of("client_secret", "right-secret"));
        fields.put(field, value);
        HttpResponse<String> answer = token(fields);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertError(answer, error, number);
    }

    @Test
    void token_ofAnUnknownTenant_isRefused() throws Exception {
        var answer = client.post(azure.entra() + "/nowhere.example/oauth2/v2.0/token", Map.of());
        assertError(answer, "invalid_request", 90002);
        assertError(
                client.get(azure.entra() + "/nowhere.example/v2.0/.well-known/openid-configuration"),
                "invalid_request",
                90002);
    }

    @Test
    void token_withAFederatedAssertion_isIssued() throws Exception {
        HttpResponse<String> answer = federated(assertion(ISSUER, SUBJECT, AUDIENCE, clusterKey, 600));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Client.claims(answer).getStringClaim("appid")).isEqualTo(CLIENT);
    }

    @ParameterizedTest
    @CsvSource({
        "https://cluster.example, system:serviceaccount:demo:demo, api://AzureADTokenExchange, 600, 700211",
        "https://cluster.example/, system:serviceaccount:demo:demo, api://other, 600, 700212",
        "https://cluster.example/, system:serviceaccount:demo:other, api://AzureADTokenExchange, 600, 700213",
        "https://cluster.example/, system:serviceaccount:demo:Demo, api://AzureADTokenExchange, 600, 7002138",
        "https://cluster.example/, system:serviceaccount:demo:demo, api://AzureADTokenExchange, -600, 700024"
    })
    void token_whenTheAssertionDoesNotFit_saysWhatDiffers(
            String issuer, String subject, String audience, int lifeSeconds, int number) throws Exception {
        HttpResponse<String> answer = federated(assertion(issuer, subject, audience, clusterKey, lifeSeconds));

        assertThat(Client.json(answer)).containsEntry("error_codes", List.of((long) number));
        assertThat(answer.statusCode()).isIn(400, 401);
    }

    @Test
    void token_ofAnIssuerWithoutAKey_isRefusedAsUnreachable() throws Exception {
        assertError(federated(assertion(UNREACHABLE, SUBJECT, AUDIENCE, clusterKey, 600)), "invalid_request", 90061);
    }

    @Test
    void token_whenAnotherKeySignedTheAssertion_isRefused() throws Exception {
        var stranger = TestKeys.rsa("stranger");
        assertError(federated(assertion(ISSUER, SUBJECT, AUDIENCE, stranger, 600)), "invalid_client", 50013);
    }

    @Test
    void token_withItsOwnCertificate_isIssued() throws Exception {
        String audience = azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token";

        assertThat(federated(assertion(CLIENT, CLIENT, audience, ownKey, 600)).statusCode())
                .isEqualTo(200);
        assertError(federated(assertion(CLIENT, CLIENT, audience, clusterKey, 600)), "invalid_client", 700027);
        assertError(
                federated(assertion(CLIENT, CLIENT, "https://other.example", ownKey, 600)), "invalid_client", 700023);
        assertError(federated(assertion(CLIENT, CLIENT, audience, ownKey, -600)), "invalid_client", 700024);
    }

    @Test
    void deviceCode_always_signsTheUserInAndRefreshes() throws Exception {
        String oauth2 = azure.entra() + "/organizations/oauth2/v2.0";
        String scope = "https://storage.azure.com/.default offline_access openid";
        var code = Client.json(client.post(oauth2 + "/devicecode", Map.of("client_id", AZ, "scope", scope)));
        var tokens = client.post(
                oauth2 + "/token",
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        AZ,
                        "device_code",
                        (String) code.get("device_code")));

        assertThat(Client.claims(tokens).getStringClaim("upn")).isEqualTo("developer@podid.example");
        assertThat(Client.claims(tokens).getStringClaim("appid")).isEqualTo(AZ);
        assertThat(Client.claims(tokens).getStringClaim("idtyp")).isEqualTo("user");
        assertThat(Client.json(tokens)).containsKeys("id_token", "client_info");

        var refreshed = client.post(
                oauth2 + "/token",
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        AZ,
                        "refresh_token",
                        (String) Client.json(tokens).get("refresh_token"),
                        "scope",
                        "https://vault.azure.net/.default"));
        assertThat(Client.claims(refreshed).getAudience()).containsExactly("https://vault.azure.net");
    }

    @Test
    void deviceCode_usedTwice_isRefused() throws Exception {
        String oauth2 = azure.entra() + "/common/oauth2/v2.0";
        var code = Client.json(client.post(oauth2 + "/devicecode", Map.of("client_id", AZ, "scope", "openid")));
        var form =
                Map.of("grant_type", "device_code", "client_id", AZ, "device_code", (String) code.get("device_code"));

        assertThat(client.post(oauth2 + "/token", form).statusCode()).isEqualTo(200);
        assertError(client.post(oauth2 + "/token", form), "invalid_grant", 9002313);
    }

    private static void assertError(HttpResponse<String> answer, String error, int number) throws Exception {
        var body = Client.json(answer);
        assertThat(body)
                .containsEntry("error", error)
                .containsEntry("error_codes", List.of((long) number))
                .containsKeys("timestamp", "trace_id", "correlation_id", "error_uri");
        assertThat((String) body.get("error_description"))
                .startsWith("AADSTS" + number + ": ")
                .contains(" Trace ID: ", " Correlation ID: ", " Timestamp: ");
    }

    /** The usual request with some fields put in its place; an empty value counts as none. */
    private static HttpResponse<String> token(Map<String, String> fields) throws Exception {
        var form = new HashMap<>(Map.of(
                "grant_type", "client_credentials",
                "client_id", CLIENT,
                "scope", "https://storage.azure.com/.default"));
        form.putAll(fields);
        return client.post(azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token", form);
    }

    private static HttpResponse<String> federated(String assertion) throws Exception {
        return token(Map.of(
                "client_assertion",
                assertion,
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    }

    static X509Certificate certificate(RSAKey key) throws Exception {
        var name = new X500Name("CN=application");
        Date now = Date.from(Instant.now());
        var signer = new JcaContentSignerBuilder("SHA256withRSA").build(key.toPrivateKey());
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(name, BigInteger.ONE, now, now, name, key.toPublicKey())
                        .build(signer));
    }

    private static String assertion(String issuer, String subject, String audience, RSAKey key, int lifeSeconds)
            throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject(subject)
                .audience(audience)
                .expirationTime(Date.from(Instant.now().plusSeconds(lifeSeconds)))
                .build();
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }
}
