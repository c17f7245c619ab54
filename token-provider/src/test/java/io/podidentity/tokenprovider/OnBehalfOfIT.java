// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.OnBehalfOfCredential;
import com.azure.identity.OnBehalfOfCredentialBuilder;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.OnBehalfOfParameters;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Forms;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/**
 * A service that has a user's token gets one for the next service, signed by a managed identity's token in place of a
 * secret; compared with what Microsoft's libraries send and get.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OnBehalfOfIT {
    private static final String WEB = "c0ffee00-0000-4000-8000-000000000001";
    private static final String API = "c0ffee00-0000-4000-8000-000000000002";
    private static final String LONELY = "c0ffee00-0000-4000-8000-000000000003";
    private static final String SECRET = "web secret";
    private static final String CALLBACK = "http://localhost/login/oauth2/code/entra";
    private static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more-0";
    private static final String RESOURCE = "https://storage.azure.com";
    private static final ManagedIdentity IDENTITY = ManagedIdentity.named("api");
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    /** What MSAL adds for its own cache and telemetry. */
    private static final Set<String> MSAL_OWN = Set.of("client_info");

    private static PodIdentityEmulator azure;
    private static Client browser;

    private final List<String> oursSent = new ArrayList<>();
    private final List<String> theirsSent = new ArrayList<>();

    @BeforeAll
    static void start() {
        PodIdentityEmulator.Builder builder = PodIdentityEmulator.builder()
                .identity(IDENTITY)
                .application(WEB, "0b1ec700-0000-4000-8000-000000000001", SECRET)
                .application(API, "0b1ec700-0000-4000-8000-000000000002", "unused")
                .application(LONELY, "0b1ec700-0000-4000-8000-000000000003", "unused")
                .withoutConsent(LONELY)
                .redirectUri(WEB, CALLBACK);
        azure = builder.tenantId("10000000-0000-4000-8000-0000000000aa")
                .federatedCredential(API, issuer(), IDENTITY.objectId(), AUDIENCE)
                .federatedCredential(LONELY, issuer(), IDENTITY.objectId(), AUDIENCE)
                .start();
        browser = Client.of(azure.sslContext());
    }

    private static String issuer() {
        return "https://login.microsoftonline.com/10000000-0000-4000-8000-0000000000aa/v2.0";
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void getAccessToken_ofTheNextService_namesTheUserAndNeedsNoSecret() throws Exception {
        AccessToken token = provider(API).onBehalfOf(userToken(API)).getAuthenticationResult(RESOURCE);

        JWTClaimsSet claims = SignedJWT.parse(token.value()).getJWTClaimsSet();
        assertThat(claims.getAudience()).containsExactly(RESOURCE);
        assertThat(claims.getClaims())
                .containsEntry("appid", API)
                .containsEntry("scp", "user_impersonation")
                .containsEntry("upn", "developer@podid.example");
        assertThat(token.principal().orElseThrow().type()).isEqualTo(Principal.Type.USER);
    }

    @Test
    void getAccessToken_sendsAndGetsWhatMicrosoftsLibrariesDo() throws Exception {
        String user = userToken(API);
        String assertion = identityToken();
        TokenSource ours = new EntraTokenSource(
                "Client assertion",
                new EntraClient(
                        EntraAuthority.of(azure.entra().toString(), "none"), null, recordingTransport(), Time.SYSTEM),
                EntraTenants.allowAny(azure.tenantId()),
                API,
                new ClientAssertion(ClientAssertion.suppliedBy(() -> assertion)));
        OnBehalfOfCredential theirs = new OnBehalfOfCredentialBuilder()
                .tenantId(azure.tenantId())
                .clientId(API)
                .clientAssertion(() -> assertion)
                .userAssertion(user)
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .httpClient(recordingClient())
                .build();

        TokenRequest request = TokenRequest.forResource(RESOURCE).withUserAssertion(user);
        AccessToken token = ((TokenSource.Acquired) ours.acquire(request.withDeadline(Duration.ofSeconds(30)))).token();
        String other = theirs.getTokenSync(new TokenRequestContext().addScopes(RESOURCE + "/.default"))
                .getToken();

        assertThat(identifying(token.value()))
                .isEqualTo(identifying(other))
                .isEqualTo(identifying(msal(assertion, user).accessToken()));
        Map<String, String> form = Forms.fields(oursSent.get(0));
        Map<String, String> otherForm = Forms.fields(theirsSent.get(0));
        assertThat(otherForm.keySet()).containsAll(form.keySet());
        otherForm.forEach((field, value) -> {
            if (field.equals("scope")) {
                assertThat(value.split(" ", -1)).contains(form.get(field));
            } else if (!MSAL_OWN.contains(field)) {
                assertThat(form).containsEntry(field, value);
            }
        });
    }

    @Test
    void getAccessToken_ofTheSameUser_isKeptAndOfAnotherIsNot() throws Exception {
        AzureServiceTokenProvider provider = provider(API);
        String anna = userToken(API);
        AzureServiceTokenProvider forAnna = provider.onBehalfOf(anna);
        AccessToken first = forAnna.getAuthenticationResult(RESOURCE);

        assertThat(provider.onBehalfOf(anna).getAuthenticationResult(RESOURCE)).isSameAs(first);
        assertThat(provider.getAuthenticationResult(
                        TokenRequest.forResource(RESOURCE).withUserAssertion(anna)))
                .isSameAs(first);
        assertThat(provider.onBehalfOf(userToken(API)).getAuthenticationResult(RESOURCE))
                .isNotSameAs(first);
        assertThat(forAnna.getAuthenticationResult("https://vault.azure.net")).isNotSameAs(first);
        // Without a user it is the application's own token.
        assertThat(SignedJWT.parse(provider.getAccessToken(RESOURCE))
                        .getJWTClaimsSet()
                        .getClaims())
                .doesNotContainKey("upn");
    }

    @Test
    void getAccessToken_withClaims_passesThemOnAndSaysThatTheProgramHandlesThem() throws Exception {
        TokenRequest challenged = TokenRequest.forResource(RESOURCE)
                .withUserAssertion(userToken(API))
                .withClaims("{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}}}");
        String assertion = identityToken();
        TokenSource ours = new EntraTokenSource(
                "Client assertion",
                new EntraClient(
                        EntraAuthority.of(azure.entra().toString(), "none"), null, recordingTransport(), Time.SYSTEM),
                EntraTenants.allowAny(azure.tenantId()),
                API,
                new ClientAssertion(ClientAssertion.suppliedBy(() -> assertion)));

        assertThat(ours.acquire(challenged.withDeadline(Duration.ofSeconds(30))))
                .isInstanceOf(TokenSource.Acquired.class);

        assertThat(Forms.fields(oursSent.get(0)).get("claims")).contains("nbf", "CP1");
    }

    @Test
    void getAccessToken_whenRefused_saysWhatToDoAndShowsNoToken() throws Exception {
        String user = userToken(API);
        String forged = user.substring(0, user.length() - 8) + "AAAAAAAA";

        assertRefused(API, forged, "AADSTS50013", "Pass on the access token of a user that is for this application");
        assertRefused(LONELY, user, "AADSTS500131", "its aud is " + LONELY);
        assertRefused(LONELY, userToken(LONELY), "AADSTS65001", "az ad app permission admin-consent --id " + LONELY);
    }

    private static void assertRefused(String application, String user, String number, String remedy) {
        TokenAcquisitionException refused = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> provider(application).onBehalfOf(user).getAccessToken(RESOURCE));

        assertThat(refused.code()).isEqualTo(Code.REFUSED);
        assertThat(refused)
                .hasMessageContaining(number)
                .hasMessageContaining(remedy)
                .hasMessageNotContainingAny(user, user.substring(0, 40));
    }

    /** The emulator plays no conditional access, so the answer of that kind is written here. */
    @Test
    void getAccessToken_whereTheUserMustSignInAgain_givesTheClaimsThatTheClientNeeds() {
        String wanted = "{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"c1\"]}}}";
        String answer =
                "{\"error\":\"interaction_required\",\"error_description\":\"AADSTS50079: Due to a configuration"
                        + " change, the user must enroll in multi-factor authentication.\",\"error_codes\":[50079],\"claims\":\""
                        + wanted.replace("\"", "\\\"") + "\"}";
        HttpTransport refusing = new HttpTransport(Time.SYSTEM, Environment.of(Map.of()), null, azure.sslContext()) {
            @Override
            public HttpResponse send(HttpRequest request) {
                return new HttpResponse(400, answer, null);
            }
        };
        TokenSource source = new EntraTokenSource(
                "Client assertion",
                new EntraClient(EntraAuthority.of(azure.entra().toString(), "none"), null, refusing, Time.SYSTEM),
                EntraTenants.allowAny(azure.tenantId()),
                API,
                new ClientAssertion(ClientAssertion.suppliedBy(() -> "an assertion")));
        AzureServiceTokenProvider provider =
                AzureServiceTokenProvider.builder().sources(List.of(source)).build();

        TokenAcquisitionException refused = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> provider.onBehalfOf("a user's").getAccessToken(RESOURCE));
        assertThat(refused.code()).isEqualTo(Code.REFUSED);
        assertThat(refused)
                .hasMessageContaining("AADSTS50079")
                .hasMessageContaining("with HTTP 401 and a claims challenge");
        assertThat(refused.claims()).contains(wanted);
    }

    /** A source that signs in as itself would hand out its own token in place of the user's. */
    @Test
    void getAccessToken_ofSourcesThatSignInAsThemselves_isNobodys() {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> new TokenSource.Acquired(
                        AccessToken.bearer("mine", request.resource(), java.time.Instant.MAX, null, "own"))))
                .build();

        TokenAcquisitionException refused = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> provider.onBehalfOf("a user's").getAccessToken(RESOURCE));

        assertThat(refused.code()).isEqualTo(Code.NO_SOURCE_AVAILABLE);
        assertThat(refused).hasMessageContaining("it signs in as itself, and not on behalf of a user");
        assertThat(provider.getAccessToken(RESOURCE)).isEqualTo("mine");
    }

    @Test
    void request_ofAUser_showsAndKeepsNothingOfTheToken() {
        TokenRequest request = TokenRequest.forResource(RESOURCE).withUserAssertion("s3cr3t");

        assertThat(request.toString()).contains("on behalf of a user").doesNotContain("s3cr3t");
        assertThat(request.withoutUserAssertion()).isEqualTo(request);
        assertThat(request.withoutUserAssertion().userAssertion()).isEmpty();
        assertThat(request).isNotEqualTo(TokenRequest.forResource(RESOURCE));
        assertThat(request).isNotEqualTo(TokenRequest.forResource(RESOURCE).withUserAssertion("other"));
    }

    private static AzureServiceTokenProvider provider(String application) {
        ClientAssertions identity =
                ClientAssertions.managedIdentity(UserAssignedIdentity.ofClientId(IDENTITY.clientId()));
        return AzureServiceTokenProvider.builder()
                .environment(Map.of(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.imds().toString(),
                        "AZURE_AUTHORITY_HOST", azure.entra().toString()))
                .sslContext(azure.sslContext())
                .sources(List.of(TokenSources.clientAssertion(azure.tenantId(), application, identity)))
                .build();
    }

    /** What tells a token from one for another service, application or user. */
    private static List<Object> identifying(String token) throws Exception {
        JWTClaimsSet claims = SignedJWT.parse(token).getJWTClaimsSet();
        return List.of(
                claims.getAudience(),
                claims.getClaim("appid"),
                claims.getClaim("scp"),
                claims.getClaim("oid"),
                claims.getClaim("upn"));
    }

    private static IAuthenticationResult msal(String assertion, String user) throws Exception {
        return ConfidentialClientApplication.builder(API, ClientCredentialFactory.createFromClientAssertion(assertion))
                .authority(azure.entra() + "/" + azure.tenantId() + "/")
                .instanceDiscovery(false)
                .sslSocketFactory(azure.sslContext().getSocketFactory())
                .build()
                .acquireToken(OnBehalfOfParameters.builder(
                                Set.of(RESOURCE + "/.default"), new com.microsoft.aad.msal4j.UserAssertion(user))
                        .build())
                .get();
    }

    private HttpTransport recordingTransport() {
        return new HttpTransport(Time.SYSTEM, Environment.of(Map.of()), null, azure.sslContext()) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                oursSent.add(request.form());
                return super.send(request);
            }
        };
    }

    private HttpClient recordingClient() {
        HttpClient real =
                new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder().sslContext(azure.sslContext())).build();
        return request -> Mono.defer(() -> {
            if (request.getUrl().getPath().endsWith("/token")) {
                theirsSent.add(new String(request.getBodyAsBinaryData().toBytes(), StandardCharsets.UTF_8));
            }
            return real.send(request);
        });
    }

    private static String identityToken() throws Exception {
        return (String) Client.json(browser.get(
                        azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + AUDIENCE
                                + "&client_id=" + IDENTITY.clientId(),
                        "Metadata",
                        "true"))
                .get("access_token");
    }

    /** The token that a user's browser sends to an API, after a sign-in at the web application. */
    private static String userToken(String api) throws Exception {
        String entra = azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/";
        Map<String, String> query = Map.of(
                "client_id",
                WEB,
                "response_type",
                "code",
                "redirect_uri",
                CALLBACK,
                "scope",
                "api://" + api + "/orders.read",
                "code_challenge",
                sha256(VERIFIER),
                "code_challenge_method",
                "S256");
        String location = browser.get(entra + "authorize?" + form(query))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        Matcher code =
                Pattern.compile("[?&]code=([^&]+)").matcher(URI.create(location).toString());
        assertThat(code.find()).as(location).isTrue();
        return (String) Client.json(browser.post(
                        entra + "token",
                        Map.of(
                                "grant_type", "authorization_code",
                                "client_id", WEB,
                                "client_secret", SECRET,
                                "code", URLDecoder.decode(code.group(1), StandardCharsets.UTF_8),
                                "redirect_uri", CALLBACK,
                                "code_verifier", VERIFIER)))
                .get("access_token");
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String sha256(String text) throws Exception {
        return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)))
                .toString();
    }
}
