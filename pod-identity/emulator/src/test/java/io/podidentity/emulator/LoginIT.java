// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.aad.msal4j.AuthorizationCodeParameters;
import com.microsoft.aad.msal4j.AuthorizationRequestUrlParameters;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.MsalServiceException;
import com.microsoft.aad.msal4j.OnBehalfOfParameters;
import com.microsoft.aad.msal4j.UserAssertion;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.emulator.time.ManualClock;
import io.podidentity.testsupport.Client;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The emulated user signs in at an application, which then calls an API on behalf; raw, and as msal4j does it. */
class LoginIT {

    private static final String TENANT = "10000000-0000-4000-8000-0000000000aa";
    private static final String WEB = "c0ffee00-0000-4000-8000-000000000001";
    private static final String API = "c0ffee00-0000-4000-8000-000000000002";
    private static final String LONELY = "c0ffee00-0000-4000-8000-000000000003";
    private static final String CALLBACK = "http://localhost/login/oauth2/code/entra";
    private static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more-0";
    private static final ManagedIdentity IDENTITY = ManagedIdentity.named("web");
    private static final Set<String> API_SCOPE = Set.of("api://" + API + "/orders.read");

    private static ManualClock clock;
    private static PodIdentityEmulator azure;
    private static Client client;

    @BeforeAll
    static void start() {
        clock = new ManualClock(Instant.now());
        azure = PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .clock(clock)
                .identity(IDENTITY)
                .application(WEB, "0b1ec700-0000-4000-8000-000000000001", "web secret: &/")
                .application(API, "0b1ec700-0000-4000-8000-000000000002", "api-secret")
                .application(LONELY, "0b1ec700-0000-4000-8000-000000000003", "lonely-secret")
                .withoutConsent(LONELY)
                .redirectUri(WEB, CALLBACK)
                .redirectUri(WEB, "https://shop.example/signed-in?from=entra")
                .federatedCredential(
                        WEB,
                        "https://login.microsoftonline.com/" + TENANT + "/v2.0",
                        IDENTITY.objectId(),
                        "api://AzureADTokenExchange")
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void authorize_always_sendsTheBrowserBackWithCodeAndState() throws Exception {
        HttpResponse<String> answer = authorize(Map.of("state", "a state & more", "redirect_uri", at(CALLBACK, 8080)));

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(location(answer)).startsWith(at(CALLBACK, 8080) + "?code=");
        assertThat(parameters(answer)).containsEntry("state", "a state & more").containsKey("session_state");
        var withQuery = authorize(Map.of("redirect_uri", "https://shop.example/signed-in?from=entra"));
        assertThat(location(withQuery)).startsWith("https://shop.example/signed-in?from=entra&code=");
        assertThat(location(authorize(Map.of("response_mode", "fragment")))).startsWith(CALLBACK + "#code=");
    }

    @Test
    void authorize_byFormPost_isAPageThatSendsTheForm() throws Exception {
        HttpResponse<String> answer =
                authorize(Map.of("response_mode", "form_post", "state", "\"><script>x</script>&"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .contains("<form method=\"post\" action=\"" + CALLBACK + "\">", "name=\"code\" value=\"")
                .contains("value=\"&quot;>&lt;script>x&lt;/script>&amp;\"");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "redirect_uri, https://elsewhere.example/, AADSTS50011: ",
                "redirect_uri, http://localhost:8080/login/oauth2/code/Entra, AADSTS50011: ",
                "redirect_uri, http://localhost.example/login/oauth2/code/entra, AADSTS50011: ",
                "redirect_uri, http://localhost@evil.example/login/oauth2/code/entra, AADSTS50011: ",
                "redirect_uri, https://shop.example/signed-in, AADSTS50011: ",
                "redirect_uri, '', AADSTS900144: ",
                "client_id, <script>, AADSTS700016: ",
                "client_id, 20000000-0000-4000-8000-000000000001, AADSTS700016: "
            })
    void authorize_whenTheAddressIsNotTheApplications_isAPageAndNoRedirect(String name, String value, String error)
            throws Exception {
        HttpResponse<String> answer = authorize(Map.of(name, value));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
        assertThat(answer.body()).startsWith(error);
    }

    @ParameterizedTest
    @CsvSource({
        "response_type, token, unsupported_response_type, AADSTS700051",
        "code_challenge_method, S512, invalid_request, AADSTS50149",
        "scope, '', invalid_request, AADSTS900144"
    })
    void authorize_whenTheRequestIsWrong_tellsTheApplication(String name, String value, String error, String number)
            throws Exception {
        var answer = authorize(Map.of("state", "s", name, value));

        assertThat(location(answer)).startsWith(CALLBACK + "?");
        assertThat(parameters(answer)).containsEntry("error", error).containsEntry("state", "s");
        assertThat(parameters(answer).get("error_description")).startsWith(number + ": ");
    }

    @Test
    void code_withTheIdentitysTokenAndTheVerifier_isWorthAnIdToken() throws Exception {
        HttpResponse<String> answer = redeem(code(Map.of("nonce", "n-1")), Map.of());

        JWTClaimsSet claims =
                SignedJWT.parse((String) Client.json(answer).get("id_token")).getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(azure.entra() + "/" + TENANT + "/v2.0");
        assertThat(claims.getAudience()).containsExactly(WEB);
        assertThat(claims.getExpirationTime()).isEqualTo(Client.claims(answer).getExpirationTime());
        assertThat(claims.getClaims())
                .containsEntry("nonce", "n-1")
                .containsEntry("tid", TENANT)
                .containsEntry("preferred_username", "developer@podid.example")
                .containsEntry("name", "developer@podid.example")
                .containsEntry("oid", "40000000-0000-4000-8000-000000000002");
        assertThat(Client.claims(answer).getClaims())
                .containsEntry("iss", claims.getIssuer())
                .containsEntry("aud", List.of(API))
                .containsEntry("scp", "orders.read")
                .containsEntry("azp", WEB)
                .containsEntry("oid", "40000000-0000-4000-8000-000000000002");
    }

    @Test
    void code_usedTwice_isRefused() throws Exception {
        String code = code(Map.of());

        assertThat(redeem(code, Map.of()).statusCode()).isEqualTo(200);
        assertRefused(redeem(code, Map.of()), 54005);
    }

    @Test
    void code_thatIsOld_isRefused() throws Exception {
        String code = code(Map.of());
        clock.advance(Duration.ofMinutes(10));

        assertRefused(redeem(code, Map.of()), 70008);
    }

    @Test
    void code_ofAnotherClientAddressOrVerifier_isRefused() throws Exception {
        assertRefused(redeem(code(Map.of()), Map.of("code_verifier", "another")), 501481);
        assertRefused(redeem(code(Map.of()), Map.of("code_verifier", "")), 50148);
        assertRefused(redeem(code(Map.of()), Map.of("redirect_uri", at(CALLBACK, 1))), 500112);
        assertRefused(redeem("guessed", Map.of()), 9002313);
        assertRefused(redeem(code(Map.of()), Map.of("client_assertion", "")), 7000218);
        assertRefused(
                redeem(code(Map.of()), Map.of("client_assertion", "", "client_id", API, "client_secret", "api-secret")),
                9002313);
    }

    /** Spring's default; each of the two is encoded before they are put together. */
    @Test
    void code_withTheSecretInTheHeader_isRedeemed() throws Exception {
        String pair = WEB + ":" + encode("web secret: &/");
        String body = form(Map.of(
                "grant_type",
                "authorization_code",
                "redirect_uri",
                CALLBACK,
                "code_verifier",
                VERIFIER,
                "code",
                code(Map.of())));
        var request = HttpRequest.newBuilder(URI.create(azure.entra() + "/" + TENANT + "/oauth2/v2.0/token"))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> answer = HttpClient.newBuilder()
                .sslContext(azure.sslContext())
                .build()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void refresh_always_givesAnotherRefreshToken() throws Exception {
        var first = Client.json(redeem(code(Map.of("nonce", "n-1")), Map.of()));
        var again = token(Map.of("grant_type", "refresh_token", "refresh_token", (String) first.get("refresh_token")));

        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(Client.json(again).get("refresh_token")).isNotNull().isNotEqualTo(first.get("refresh_token"));
        assertThat(SignedJWT.parse((String) Client.json(again).get("id_token"))
                        .getJWTClaimsSet()
                        .getClaim("nonce"))
                .isNull();
        assertRefused(
                token(Map.of(
                        "grant_type", "refresh_token",
                        "refresh_token", (String) first.get("refresh_token"),
                        "client_assertion", "")),
                7000218);
    }

    @Test
    void scope_withoutOpenIdAndOfflineAccess_givesAnAccessTokenAlone() throws Exception {
        var answer = Client.json(redeem(code(Map.of("scope", "https://vault.azure.net/user_impersonation")), Map.of()));

        assertThat(answer).containsKey("access_token").doesNotContainKeys("id_token", "refresh_token");
    }

    @Test
    void msal4j_withTheIdentitysToken_signsTheUserInAndTheApiActsOnBehalf() throws Exception {
        var web = msal(WEB, ClientCredentialFactory.createFromClientAssertion(identityToken()));
        var url = web.getAuthorizationRequestUrl(AuthorizationRequestUrlParameters.builder(CALLBACK, API_SCOPE)
                .state("msal")
                .nonce("msal-nonce")
                .build());
        // It asks for a form.
        var code = Pattern.compile("name=\"code\" value=\"([^\"]+)\"")
                .matcher(client.get(url.toString()).body());
        assertThat(code.find()).isTrue();

        IAuthenticationResult user = web.acquireToken(
                        AuthorizationCodeParameters.builder(code.group(1), URI.create(CALLBACK))
                                .scopes(API_SCOPE)
                                .build())
                .get();
        assertThat(user.account().username()).isEqualTo("developer@podid.example");
        assertThat(user.account().homeAccountId()).endsWith("." + TENANT);

        IAuthenticationResult onBehalf = onBehalfOf(API, "api-secret", user.accessToken());
        JWTClaimsSet claims = SignedJWT.parse(onBehalf.accessToken()).getJWTClaimsSet();
        assertThat(claims.getAudience()).containsExactly("https://storage.azure.com");
        assertThat(claims.getClaims())
                .containsEntry("appid", API)
                .containsEntry("scp", "user_impersonation")
                .containsEntry("upn", "developer@podid.example");
    }

    @Test
    void onBehalfOf_whenTheTokenIsNotAUsersForThatApplication_isRefused() throws Exception {
        var user = redeem(code(Map.of()), Map.of());
        String token = (String) Client.json(user).get("access_token");
        var forLonely = redeem(code(Map.of("scope", "api://" + LONELY + "/x")), Map.of());
        var ofApi = token(Map.of(
                "grant_type", "client_credentials",
                "client_id", API,
                "client_assertion", "",
                "client_secret", "api-secret",
                "scope", "api://" + API + "/.default"));

        assertRefused(
                () -> onBehalfOf(API, "api-secret", token.substring(0, token.length() - 8) + "AAAAAAAA"), "50013");
        assertRefused(() -> onBehalfOf(LONELY, "lonely-secret", token), "500131");
        assertRefused(() -> onBehalfOf(API, "api-secret", accessToken(ofApi)), "7000114");
        assertRefused(() -> onBehalfOf(LONELY, "lonely-secret", accessToken(forLonely)), "65001");
        String idToken = (String) Client.json(user).get("id_token");
        assertRefused(() -> onBehalfOf(WEB, "web secret: &/", idToken), "240002");
        clock.advance(Duration.ofHours(1));
        assertRefused(() -> onBehalfOf(API, "api-secret", token), "500133");
    }

    @Test
    void logout_always_goesToARegisteredAddressOnly() throws Exception {
        String logout = azure.entra() + "/" + TENANT + "/oauth2/v2.0/logout?post_logout_redirect_uri=";

        assertThat(location(client.get(logout + encode(at(CALLBACK, 8080))))).isEqualTo(at(CALLBACK, 8080));
        assertThat(client.get(logout + "https://elsewhere.example/").statusCode())
                .isEqualTo(200);
    }

    /** Codes, verifiers and tokens are not in what the emulator shows of its requests. */
    @Test
    void requests_afterALogin_showNoCode() throws Exception {
        String code = code(Map.of());
        client.get(azure.entra() + "/" + TENANT + "/oauth2/v2.0/logout?code=" + code);
        redeem(code, Map.of());

        assertThat(azure.requests().toString()).doesNotContain(code).doesNotContain(VERIFIER);
    }

    private static void assertRefused(Runnable msal, String number) {
        assertThatThrownBy(msal::run)
                .rootCause()
                .isInstanceOf(MsalServiceException.class)
                .hasMessageStartingWith("AADSTS" + number + ": ");
    }

    private static IAuthenticationResult onBehalfOf(String clientId, String secret, String token) {
        try {
            return msal(clientId, ClientCredentialFactory.createFromSecret(secret))
                    .acquireToken(OnBehalfOfParameters.builder(
                                    Set.of("https://storage.azure.com/user_impersonation"), new UserAssertion(token))
                            .build())
                    .join();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConfidentialClientApplication msal(String clientId, IClientCredential credential)
            throws java.net.MalformedURLException {
        return ConfidentialClientApplication.builder(clientId, credential)
                .authority(azure.entra() + "/" + TENANT + "/")
                .instanceDiscovery(false)
                .sslSocketFactory(azure.sslContext().getSocketFactory())
                .build();
    }

    private static String accessToken(HttpResponse<String> answer) {
        try {
            return (String) Client.json(answer).get("access_token");
        } catch (java.text.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String code(Map<String, String> fields) throws Exception {
        return parameters(authorize(fields)).get("code");
    }

    /** A usual request with some fields put in its place; an empty value counts as none. */
    private static HttpResponse<String> authorize(Map<String, String> fields) throws Exception {
        var query = new HashMap<>(Map.of(
                "client_id",
                WEB,
                "response_type",
                "code",
                "redirect_uri",
                CALLBACK,
                "scope",
                "openid profile offline_access api://" + API + "/orders.read",
                "code_challenge",
                sha256(VERIFIER),
                "code_challenge_method",
                "S256"));
        query.putAll(fields);
        return client.get(azure.entra() + "/" + TENANT + "/oauth2/v2.0/authorize?" + form(query));
    }

    private static HttpResponse<String> redeem(String code, Map<String, String> fields) throws Exception {
        var form = new HashMap<>(Map.of(
                "grant_type", "authorization_code",
                "code", code,
                "redirect_uri", CALLBACK,
                "code_verifier", VERIFIER));
        form.putAll(fields);
        return token(form);
    }

    private static HttpResponse<String> token(Map<String, String> fields) throws Exception {
        var form = new HashMap<>(Map.of(
                "client_id",
                WEB,
                "client_assertion",
                identityToken(),
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        form.putAll(fields);
        return client.post(azure.entra() + "/" + TENANT + "/oauth2/v2.0/token", form);
    }

    private static String identityToken() throws Exception {
        return (String) Client.json(client.get(
                        azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                                + "&resource=api://AzureADTokenExchange",
                        "Metadata",
                        "true"))
                .get("access_token");
    }

    private static void assertRefused(HttpResponse<String> answer, int number) throws Exception {
        assertThat(Client.json(answer)).containsEntry("error_codes", List.of((long) number));
    }

    private static String at(String loopback, int port) {
        return loopback.replace("localhost", "localhost:" + port);
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse(answer.body());
    }

    private static Map<String, String> parameters(HttpResponse<String> answer) {
        String location = location(answer);
        var parameters = new LinkedHashMap<String, String>();
        Arrays.stream(location.substring(location.indexOf('?') + 1).split("&"))
                .map(pair -> pair.split("=", 2))
                .forEach(pair -> parameters.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
        return parameters;
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String sha256(String text) throws Exception {
        return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)))
                .toString();
    }
}
