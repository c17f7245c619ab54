// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.identity.AzurePipelinesCredentialBuilder;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.ServerTrust;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs of GitHub Actions and Azure Pipelines: a server in the CI service's place, and the emulator's Entra ID. */
class JobTokenIT {
    private static final String APP = "30000000-0000-4000-8000-0000000000ba";
    private static final String OBJECT = "30000000-0000-4000-8000-0000000000bb";
    private static final String ISSUER = "https://token.actions.example";
    private static final String SUBJECT = "repo:contoso/shop:environment:production";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String ACCESS_TOKEN = "request-token-of-this-job";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com").withDeadline(Duration.ofSeconds(30));

    private static PodIdentityEmulator azure;
    private static SSLContext tls;

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Map<String, String> variables = new HashMap<>();
    private HttpServer service;
    private int status = 200;
    private String answer = "";
    private String subject = SUBJECT;
    private String issuer = ISSUER;
    private String audience = AUDIENCE;
    private Duration firstLife = Duration.ofMinutes(5);

    @BeforeAll
    static void startAzure() throws Exception {
        azure = PodIdentityEmulator.builder()
                .application(APP, OBJECT, "unused")
                .federatedCredential(APP, ISSUER, SUBJECT, AUDIENCE)
                .issuerKey(ISSUER, Certificates.key("RSA", "other").getPublic())
                .start();
        KeyStore trusted = KeyStore.getInstance(azure.trustStore().toFile(), "changeit".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
    }

    @AfterAll
    static void closeAzure() {
        azure.close();
    }

    @BeforeEach
    void startService() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::issue);
        service.start();
        variables.put("AZURE_AUTHORITY_HOST", azure.entra().toString());
        variables.put("GITHUB_ACTIONS", "true");
        variables.put("AZURE_TENANT_ID", azure.tenantId());
        variables.put("AZURE_CLIENT_ID", APP);
        variables.put("ACTIONS_ID_TOKEN_REQUEST_URL", base() + "/run/7/idtoken?api-version=2.0");
        variables.put("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ACCESS_TOKEN);
        variables.put("AZURESUBSCRIPTION_TENANT_ID", azure.tenantId());
        variables.put("AZURESUBSCRIPTION_CLIENT_ID", APP);
        variables.put("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "connection1");
        variables.put("SYSTEM_OIDCREQUESTURI", base() + "/contoso/_apis/oidctoken");
        variables.put("SYSTEM_ACCESSTOKEN", ACCESS_TOKEN);
    }

    @AfterEach
    void closeService() {
        service.stop(0);
    }

    @Test
    void gitHub_withAFederatedCredential_signsIn() throws Exception {
        AccessToken token = ((Acquired) gitHub().acquire(REQUEST)).token();

        assertThat(token.principal().orElseThrow().appId()).hasValue(APP);
        assertThat(token.source()).isEqualTo("GitHub Actions");
        assertThat(requests)
                .containsExactly("GET /run/7/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
                        + " Authorization=Bearer " + ACCESS_TOKEN);
    }

    @Test
    void gitHub_again_requestsANewToken() throws Exception {
        TokenSource source = gitHub();
        source.acquire(REQUEST);
        source.acquire(REQUEST);

        assertThat(requests).hasSize(2);
    }

    @Test
    void gitHub_whenTheTokenIsOutOfDate_requestsOneMore() throws Exception {
        firstLife = Duration.ofHours(-1);

        assertThat(gitHub().acquire(REQUEST)).isInstanceOf(Acquired.class);
        assertThat(requests).hasSize(2);
    }

    @Test
    void gitHub_withoutThePermission_namesIt() throws Exception {
        variables.remove("ACTIONS_ID_TOKEN_REQUEST_URL");
        variables.remove("ACTIONS_ID_TOKEN_REQUEST_TOKEN");

        assertThat(gitHub().acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "not set: ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                        "Give the job 'permissions: id-token: write' in the workflow; pull requests from forks never"
                                + " get it."));
    }

    @Test
    void gitHub_outsideOfAJob_saysSo() throws Exception {
        variables.clear();

        assertThat(((Unavailable) gitHub().acquire(REQUEST)).remedy()).isEqualTo("Run it in a GitHub Actions job.");
    }

    @Test
    void gitHub_withoutATenant_namesTheVariable() throws Exception {
        variables.remove("AZURE_TENANT_ID");

        assertThat(gitHub().acquire(REQUEST))
                .isEqualTo(new Unavailable("not set: AZURE_TENANT_ID", "Set client ID and tenant in the job's env."));
    }

    @Test
    void gitHub_whenTheRequestTokenIsRefused_failsWithoutShowingIt() {
        status = 401;
        answer = "{\"message\":\"Bad credentials " + ACCESS_TOKEN + "\"}";

        TokenAcquisitionException failure = failure(gitHub());

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure)
                .hasMessage(base() + " issued no OIDC token: HTTP 401 \"Bad credentials [hidden]\". Give the job"
                        + " 'permissions: id-token: write' in the workflow; pull requests from forks never get it.");
        assertThat(requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"value\":\"\"}", "{\"value\":\"two words\"}", "{\"value\":7}"})
    void gitHub_whenTheAnswerHasNoToken_says(String body) {
        answer = body;

        TokenAcquisitionException failure = failure(gitHub());

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure)
                .hasMessage(base() + " answered HTTP 200 without a token in 'value'."
                        + " Check ACTIONS_ID_TOKEN_REQUEST_URL and what answers there.");
    }

    @Test
    void gitHub_whenThePageIsNoJson_says() {
        answer = "<html>sign in</html>";

        assertThat(failure(gitHub()).code()).isEqualTo(Code.INVALID_RESPONSE);
    }

    @Test
    void gitHub_whenTheServiceIsGone_isTransient() {
        service.stop(0);

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> gitHub().acquire(REQUEST.withDeadline(Duration.ofMillis(500))));

        assertThat(failure.isTransient()).isTrue();
        assertThat(failure).hasMessageContaining("nothing listens at " + base());
    }

    @Test
    void gitHub_withATokenForAnotherAudience_isRefusedByEntra() {
        audience = "https://github.com/contoso";

        assertThat(failure(gitHub()))
                .hasMessageStartingWith("HTTP 4")
                .hasMessageContaining("AADSTS700212")
                .hasMessageContaining("api://AzureADTokenExchange unless set otherwise");
    }

    @Test
    void gitHub_ofAnotherBranch_namesTheSubjectOfTheJob() {
        subject = "repo:contoso/shop:ref:refs/heads/other";

        assertThat(failure(gitHub()))
                .hasMessageContaining("AADSTS700213")
                .hasMessageContaining("Compare the subject of the federated credential")
                .hasMessageEndingWith(
                        "The assertion has issuer " + ISSUER + ", subject " + subject + ", audience " + AUDIENCE + ".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ci.example/idtoken",
                "http://127.0.0.1.ci.example/",
                "http://localhost@ci.example/",
                "https://user@ci.example/",
                "https://ci.example/#x",
                "ftp://127.0.0.1/",
                "https:///idtoken",
                "no url"
            })
    void gitHub_withAnUnsafeUrl_sendsNothing(String url) {
        variables.put("ACTIONS_ID_TOKEN_REQUEST_URL", url);

        TokenAcquisitionException failure = failure(gitHub());

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure)
                .hasMessage("ACTIONS_ID_TOKEN_REQUEST_URL is not an https URL."
                        + " Use the value that the CI service sets; nothing was sent.");
    }

    @Test
    void gitHub_withAnAccessTokenOfTwoLines_sendsNothing() {
        variables.put("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ACCESS_TOKEN + "\r\nX: y");

        assertThat(failure(gitHub()))
                .hasMessageStartingWith(
                        "the access token for ACTIONS_ID_TOKEN_REQUEST_URL has a character that no" + " header takes.")
                .hasMessageNotContaining(ACCESS_TOKEN);
        assertThat(requests).isEmpty();
    }

    @Test
    void pipelines_withAFederatedCredential_signsIn() throws Exception {
        AccessToken token = ((Acquired) pipelines().acquire(REQUEST)).token();

        assertThat(token.principal().orElseThrow().appId()).hasValue(APP);
        assertThat(token.source()).isEqualTo("Azure Pipelines");
        assertThat(requests)
                .containsExactly("POST /contoso/_apis/oidctoken?api-version=7.1&serviceConnectionId=connection1"
                        + " Authorization=Bearer " + ACCESS_TOKEN
                        + " Content-Type=application/json X-TFS-FedAuthRedirect=Suppress Content-Length=0");
    }

    @Test
    void pipelines_sendsAndGetsWhatAzureIdentityDoes() throws Exception {
        AccessToken ours = ((Acquired) pipelines().acquire(REQUEST)).token();
        String oursSent = requests.remove();
        assertThat(requests).isEmpty();
        String theirs = new AzurePipelinesCredentialBuilder()
                .tenantId(azure.tenantId())
                .clientId(APP)
                .serviceConnectionId("connection1")
                .systemAccessToken(ACCESS_TOKEN)
                .configuration(new ConfigurationBuilder()
                        .putProperty("SYSTEM_OIDCREQUESTURI", variables.get("SYSTEM_OIDCREQUESTURI"))
                        .build())
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .httpClient(new JdkHttpClientBuilder(HttpClient.newBuilder().sslContext(tls)).build())
                .build()
                .getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"))
                .getToken();

        assertThat(Tokens.principalOf(theirs)).isEqualTo(ours.principal().orElseThrow());
        // It asks for more tokens than it presents, so how many is not compared.
        assertThat(requests).isNotEmpty().containsOnly(oursSent);
    }

    @Test
    void pipelines_whenTheAccessTokenIsRefused_namesTheMapping() {
        status = 401;

        assertThat(failure(pipelines()))
                .hasMessage(base() + " issued no OIDC token: HTTP 401. Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in"
                        + " the task's env, and let this pipeline use the service connection, which must be of workload"
                        + " identity federation.");
    }

    @Test
    void pipelines_withoutTheMapping_isUnavailable() throws Exception {
        variables.remove("SYSTEM_ACCESSTOKEN");

        assertThat(pipelines().acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "not set: SYSTEM_ACCESSTOKEN",
                        "Map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task's env."));
    }

    @Test
    void pipelines_withoutAServiceConnection_isUnavailable() throws Exception {
        variables.keySet().removeIf(name -> name.startsWith("AZURESUBSCRIPTION_"));

        assertThat(pipelines().acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "not set: AZURESUBSCRIPTION_TENANT_ID, AZURESUBSCRIPTION_CLIENT_ID,"
                                + " AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                        "Run it in a task with a service connection, such as AzureCLI@2."));
    }

    @Test
    void pipelines_ofAnotherIssuer_namesTheIssuerOfTheTask() {
        issuer = "https://vstoken.dev.azure.example";

        assertThat(failure(pipelines()))
                .hasMessageContaining("AADSTS700211")
                .hasMessageContaining("The assertion has issuer " + issuer + ",");
    }

    private TokenSource gitHub() {
        return JobTokenSource.gitHubActions(
                Contexts.of(Environment.of(Map.copyOf(variables)), transport(), Time.SYSTEM));
    }

    private TokenSource pipelines() {
        return JobTokenSource.azurePipelines(
                Contexts.of(Environment.of(Map.copyOf(variables)), transport(), Time.SYSTEM));
    }

    private static TokenAcquisitionException failure(TokenSource source) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(REQUEST));
    }

    private String base() {
        return "http://127.0.0.1:" + service.getAddress().getPort();
    }

    private void issue(HttpExchange exchange) throws IOException {
        StringBuilder request = new StringBuilder();
        request.append(exchange.getRequestMethod()).append(' ').append(exchange.getRequestURI());
        for (String name : List.of("Authorization", "Content-Type", "X-TFS-FedAuthRedirect", "Content-Length")) {
            for (String value : exchange.getRequestHeaders().getOrDefault(name, List.of())) {
                request.append(' ').append(name).append('=').append(value);
            }
        }
        requests.add(request.toString());
        String member = exchange.getRequestMethod().equals("GET") ? "value" : "oidcToken";
        String body = status == 200 && answer.isEmpty() ? "{\"" + member + "\":\"" + oidcToken() + "\"}" : answer;
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String oidcToken() throws IOException {
        Duration life = requests.size() == 1 ? firstLife : Duration.ofMinutes(5);
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.RS256),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject(subject)
                        .audience(audience)
                        .expirationTime(Date.from(Instant.now().plus(life)))
                        .build());
        try {
            jwt.sign(new RSASSASigner(Certificates.key("RSA", "other").getPrivate()));
        } catch (Exception e) {
            throw new IOException(e);
        }
        return jwt.serialize();
    }

    /** The real transport, with the emulator's certificate authority for what goes to Entra ID. */
    private static HttpTransport transport() {
        HttpTransport real = new HttpTransport(Time.SYSTEM);
        return new HttpTransport(Time.SYSTEM) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                return real.send(
                        request.url().startsWith("https:")
                                ? request.withTls(new ServerTrust(tls.getSocketFactory(), null, false))
                                : request);
            }
        };
    }
}
