// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Entra ID refuses or says, and a careless program relies on until it meets Azure. */
class StrictTokensTest {

    private static final String APPLICATION = "30000000-0000-4000-8000-0000000000aa";
    private static final String IDENTITY = "20000000-0000-4000-8000-0000000000aa";
    private static final String TOOL = "30000000-0000-4000-8000-0000000000bb";
    private static final String PAGE = "30000000-0000-4000-8000-0000000000cc";
    private static final String SUBJECT = "system:serviceaccount:shop:app";
    private static final String REDIRECT = "http://localhost/done";
    private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-1";
    /** The SHA-256 digest of the verifier. */
    private static final String CHALLENGE = sha256(VERIFIER);

    private static final String STORAGE = "https://storage.azure.com/.default";

    private static PodIdentityEmulator azure;
    private static Client client;
    private static HttpClient browser;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.builder()
                .identity(new ManagedIdentity("identity", IDENTITY, "o2"))
                .application(APPLICATION, "o1", "secret")
                .application(PAGE, "o3", "secret")
                .publicClient(TOOL, "o4")
                .redirectUri(TOOL, REDIRECT)
                .redirectUri(APPLICATION, REDIRECT)
                .pageRedirectUri(PAGE, REDIRECT)
                .resource("api://orders")
                .appRole("o1", "api://orders", "Orders.Read")
                .appRole(IDENTITY, "api://orders", "Orders.Write")
                .group("o2", "50000000-0000-4000-8000-0000000000aa")
                .federatedServiceAccount(IDENTITY, SUBJECT, Duration.ZERO)
                .federatedServiceAccount(APPLICATION, SUBJECT, Duration.ZERO)
                .start();
        client = Client.of(azure.sslContext());
        browser = HttpClient.newBuilder().sslContext(azure.sslContext()).build();
        // The cluster's issuer begins with the first token.
        azure.serviceAccountToken("shop", "app", Duration.ofHours(1));
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://vaultt.azure.net, https://vault.azure.net",
        "https://mine.vault.azure.net, https://vault.azure.net",
        "https://storage.azur.com, https://storage.azure.com",
        "api://order, api://orders",
        "30000000-0000-4000-8000-0000000000a1, 30000000-0000-4000-8000-0000000000aa",
    })
    void token_forAResourceThatNobodyHas_isRefusedWithTheNearest(String resource, String nearest) throws Exception {
        HttpResponse<String> answer = secret(resource + "/.default");

        assertError(answer, 500011);
        assertThat(answer.body()).contains("The nearest resource that is known here is " + nearest + ".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://vault.azure.net",
                "https://VAULT.azure.net/",
                "https://vault.azure.cn",
                "https://account.blob.core.usgovcloudapi.net",
                "00000003-0000-0000-c000-000000000000",
                "api://orders",
                "api://30000000-0000-4000-8000-0000000000aa",
                "30000000-0000-4000-8000-0000000000bb"
            })
    void token_forAKnownResource_isIssued(String resource) throws Exception {
        assertThat(secret(resource + "/.default").statusCode()).isEqualTo(200);
    }

    @Test
    void token_forAnyResource_isIssuedIfThatIsWanted() throws Exception {
        try (var lenient = PodIdentityEmulator.builder().anyResource().start()) {
            var answer = Client.of(lenient.sslContext())
                    .get(
                            lenient.imds()
                                    + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://a.example",
                            "Metadata",
                            "true");
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void token_ofAManagedIdentityByItsServiceAccount_livesADayAndSaysWhenToRefresh() throws Exception {
        HttpResponse<String> answer = federated(IDENTITY);

        assertThat(Client.json(answer)).containsEntry("expires_in", 86_400L).containsEntry("refresh_in", 43_200L);
        assertThat(Client.claims(answer).getStringClaim("appidacr")).isEqualTo("2");
        assertThat(Client.json(federated(APPLICATION)))
                .containsEntry("expires_in", 3_600L)
                .doesNotContainKey("refresh_in");
    }

    @Test
    void token_always_saysHowTheClientShowedWhoItIs() throws Exception {
        assertThat(Client.claims(secret(STORAGE)).getStringClaim("appidacr")).isEqualTo("1");
        assertThat(Client.claims(federated(APPLICATION)).getStringClaim("appidacr"))
                .isEqualTo("2");
        assertThat(Client.claims(imds("https://storage.azure.com")).getStringClaim("appidacr"))
                .isEqualTo("2");
        assertThat(deviceCode(TOOL, STORAGE).getStringClaim("appidacr")).isEqualTo("0");
    }

    @Test
    void token_always_isValidFromBeforeItWasIssued() throws Exception {
        JWTClaimsSet claims = Client.claims(secret(STORAGE));

        assertThat(claims.getNotBeforeTime()).isBefore(claims.getIssueTime());
    }

    @Test
    void token_ofAUser_hasAnotherSubjectForEachResource() throws Exception {
        JWTClaimsSet storage = deviceCode(TOOL, STORAGE);
        JWTClaimsSet vault = deviceCode(TOOL, "https://vault.azure.net/.default");

        assertThat(storage.getStringClaim("oid")).isEqualTo(vault.getStringClaim("oid"));
        assertThat(storage.getSubject())
                .isNotEqualTo(vault.getSubject())
                .isNotEqualTo(storage.getStringClaim("oid"))
                .isEqualTo(deviceCode(TOOL, STORAGE).getSubject());
    }

    @Test
    void token_ofWhoHasRolesAndGroups_saysThem() throws Exception {
        assertThat(Client.claims(secret("api://orders/.default")).getStringListClaim("roles"))
                .containsExactly("Orders.Read");
        assertThat(Client.claims(secret(STORAGE)).getClaim("roles")).isNull();
        JWTClaimsSet identity = Client.claims(imds("api://orders"));
        assertThat(identity.getStringListClaim("roles")).containsExactly("Orders.Write");
        assertThat(identity.getStringListClaim("groups")).containsExactly("50000000-0000-4000-8000-0000000000aa");
    }

    @Test
    void keys_whenRotated_areFoundByTheirNamesAndKnownByTheirCertificates() throws Exception {
        SignedJWT before = token(secret(STORAGE));
        azure.rotateKeys();
        SignedJWT after = token(secret(STORAGE));

        assertThat(after.getHeader().getKeyID()).isNotEqualTo(before.getHeader().getKeyID());
        for (SignedJWT token : List.of(before, after)) {
            RSAKey key = keys().getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey();
            assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
            assertThat(key.getParsedX509CertChain().get(0).getPublicKey()).isEqualTo(key.toPublicKey());
            assertThat(token.getHeader().toJSONObject())
                    .containsEntry("x5t", key.toJSONObject().get("x5t"));
        }
        assertThat(blobs(before).statusCode()).isEqualTo(200);
    }

    @Test
    void tokenEndpoint_askedByGet_saysSoInEntrasWords() throws Exception {
        HttpResponse<String> answer = client.get(endpoint());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertError(answer, 900561);
    }

    @Test
    void assertion_whoseSubjectDiffersInLetterCase_isRefusedInEntrasWords() throws Exception {
        String assertion = azure.serviceAccountToken("shop", "App", Duration.ofHours(1), "api://AzureADTokenExchange");
        HttpResponse<String> answer = federated(IDENTITY, assertion);

        assertError(answer, 7002138);
        assertThat(answer.body())
                .contains(
                        "The subject matches with case-insensitive comparison, but not with case-sensitive comparison.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2018-02-02", "2099-01-01", "latest"})
    void metadataService_withAVersionThatNeverWas_refuses(String version) throws Exception {
        HttpResponse<String> answer = client.get(
                azure.imds() + "/metadata/identity/oauth2/token?resource=https://vault.azure.net&api-version="
                        + version,
                "Metadata",
                "true");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(version, "2025-04-07");
    }

    @ParameterizedTest
    @ValueSource(strings = {"S256", "plain", ""})
    void code_ofAPublicClient_isRedeemedByItsVerifierAlone(String method) throws Exception {
        String challenge = method.equals("S256") ? CHALLENGE : VERIFIER;
        String code = code(
                TOOL, "&code_challenge=" + challenge + (method.isEmpty() ? "" : "&code_challenge_method=" + method));

        assertThat(redeem(TOOL, code, Map.of("code_verifier", VERIFIER)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void code_withAnotherVerifier_isRefused() throws Exception {
        String code = code(TOOL, "&code_challenge=" + VERIFIER + "&code_challenge_method=plain");

        assertError(redeem(TOOL, code, Map.of("code_verifier", VERIFIER + "2")), 501481);
    }

    @Test
    void code_ofAConfidentialClient_needsItsSecret() throws Exception {
        assertError(redeem(APPLICATION, code(APPLICATION, ""), Map.of()), 7000218);
    }

    @Test
    void publicClient_withASecret_isRefused() throws Exception {
        String code = code(TOOL, "&code_challenge=" + VERIFIER);

        assertError(redeem(TOOL, code, Map.of("code_verifier", VERIFIER, "client_secret", "x")), 700025);
    }

    @Test
    void deviceCode_ofAConfidentialClient_needsItsSecret() throws Exception {
        var started = client.post(
                azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/devicecode",
                Map.of("client_id", APPLICATION, "scope", STORAGE));
        HttpResponse<String> answer = client.post(
                endpoint(),
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        APPLICATION,
                        "device_code",
                        (String) Client.json(started).get("device_code")));

        assertError(answer, 7000218);
    }

    @Test
    void page_withItsCode_getsATokenThatItsOriginMayRead() throws Exception {
        HttpResponse<String> preflight = fromPage("OPTIONS", "");
        assertThat(preflight.statusCode()).isEqualTo(200);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
                .contains("http://localhost:3000");

        String code = code(PAGE, "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256");
        HttpResponse<String> answer = fromPage(
                "POST",
                "grant_type=authorization_code&client_id=" + PAGE + "&redirect_uri=" + REDIRECT + "&code=" + code
                        + "&code_verifier=" + VERIFIER);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains("http://localhost:3000");
    }

    @Test
    void code_ofAPage_isRedeemedByNoServer() throws Exception {
        String code = code(PAGE, "&code_challenge=" + VERIFIER);

        assertError(redeem(PAGE, code, Map.of("code_verifier", VERIFIER)), 9002327);
    }

    @Test
    void code_ofNoPage_isRedeemedByNoPage() throws Exception {
        String code = code(TOOL, "&code_challenge=" + VERIFIER);
        HttpResponse<String> answer = fromPage(
                "POST",
                "grant_type=authorization_code&client_id=" + TOOL + "&redirect_uri=" + REDIRECT + "&code=" + code
                        + "&code_verifier=" + VERIFIER);

        assertError(answer, 9002326);
        // A page that may not have the token may read why.
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isPresent();
    }

    @Test
    void code_ofAPageWithoutAChallenge_isNotGiven() throws Exception {
        assertThat(authorized(PAGE, "")).contains("AADSTS9002325");
    }

    @Test
    void discovery_ofVersion1_namesOnlyWhatThereIs() throws Exception {
        var document =
                Client.json(client.get(azure.entra() + "/" + azure.tenantId() + "/.well-known/openid-configuration"));

        for (String name : List.of("token_endpoint", "jwks_uri")) {
            assertThat(client.get((String) document.get(name)).statusCode()).isNotEqualTo(404);
        }
        assertThat(document)
                .doesNotContainKeys("authorization_endpoint", "device_authorization_endpoint", "end_session_endpoint");
    }

    private static String endpoint() {
        return azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token";
    }

    private static HttpResponse<String> secret(String scope) throws Exception {
        return client.post(
                endpoint(),
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        APPLICATION,
                        "client_secret",
                        "secret",
                        "scope",
                        scope));
    }

    private static HttpResponse<String> federated(String clientId) throws Exception {
        return federated(
                clientId, azure.serviceAccountToken("shop", "app", Duration.ofHours(1), "api://AzureADTokenExchange"));
    }

    private static HttpResponse<String> federated(String clientId, String assertion) throws Exception {
        return client.post(
                endpoint(),
                Map.of(
                        "grant_type", "client_credentials",
                        "client_id", clientId,
                        "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion", assertion,
                        "scope", STORAGE));
    }

    private static HttpResponse<String> imds(String resource) throws Exception {
        return client.get(
                azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + resource,
                "Metadata",
                "true");
    }

    private static JWTClaimsSet deviceCode(String clientId, String scope) throws Exception {
        var started = client.post(
                azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/devicecode",
                Map.of("client_id", clientId, "scope", scope));
        return Client.claims(client.post(
                endpoint(),
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        clientId,
                        "device_code",
                        (String) Client.json(started).get("device_code"))));
    }

    /** Where the browser is sent after the user has signed in. */
    private static String authorized(String clientId, String more) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.get(azure.entra() + "/" + azure.tenantId()
                + "/oauth2/v2.0/authorize?response_type=code&client_id=" + clientId + "&redirect_uri=" + REDIRECT
                + "&scope=" + STORAGE + more);
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private static String code(String clientId, String more) throws IOException, InterruptedException {
        var found = Pattern.compile("[?&]code=([^&]*)").matcher(authorized(clientId, more));
        assertThat(found.find()).isTrue();
        return URLDecoder.decode(found.group(1), StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> redeem(String clientId, String code, Map<String, String> more)
            throws Exception {
        var form = new HashMap<>(more);
        form.put("grant_type", "authorization_code");
        form.put("client_id", clientId);
        form.put("redirect_uri", REDIRECT);
        form.put("code", code);
        return client.post(endpoint(), form);
    }

    private static HttpResponse<String> fromPage(String method, String form) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(URI.create(endpoint()))
                        .header("Origin", "http://localhost:3000")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .method(method, HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static SignedJWT token(HttpResponse<String> answer) throws Exception {
        return SignedJWT.parse((String) Client.json(answer).get("access_token"));
    }

    private static JWKSet keys() throws Exception {
        return JWKSet.parse(client.get(azure.entra() + "/common/discovery/keys").body());
    }

    private static HttpResponse<String> blobs(SignedJWT token) throws Exception {
        return client.get(
                azure.storage() + "/samples?restype=container&comp=list",
                "Authorization",
                "Bearer " + token.serialize(),
                "x-ms-version",
                "2026-10-06");
    }

    private static void assertError(HttpResponse<String> answer, int number) throws Exception {
        assertThat(Client.json(answer)).as(answer.body()).containsEntry("error_codes", List.of((long) number));
    }
}
