// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.support.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications that trust a managed identity, a pod or a job: a server in their place, and the emulator's Entra ID. */
class ClientAssertionsIT {
    private static final String APP = "30000000-0000-4000-8000-0000000000ca";
    private static final String IDENTITY = "30000000-0000-4000-8000-0000000000cb";
    private static final String IDENTITY_OBJECT = "30000000-0000-4000-8000-0000000000cc";
    private static final String ISSUER = "https://login.example/tenant-of-the-identity/v2.0";
    private static final String AUDIENCE = "api://AzureADTokenExchange";

    private static final String TENANT = "10000000-0000-4000-8000-0000000000ca";
    private static final String OTHER_TENANT = "10000000-0000-4000-8000-0000000000cb";
    private static final ManagedIdentity ORDERS = ManagedIdentity.named("orders");

    private static PodIdentityEmulator azure;
    private static SSLContext tls;

    @TempDir
    private Path folder;

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Map<String, String> variables = new HashMap<>();
    private HttpServer host;
    private String refusal = "";
    private String subject = IDENTITY_OBJECT;
    private Duration firstLife = Duration.ofHours(24);

    @BeforeAll
    static void startAzure() throws Exception {
        azure = PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .otherTenant(OTHER_TENANT)
                .identity(ORDERS)
                .application(APP, "30000000-0000-4000-8000-0000000000cd", "unused")
                .federatedCredential(APP, ISSUER, IDENTITY_OBJECT, AUDIENCE)
                .federatedCredential(
                        APP, "https://login.microsoftonline.com/" + TENANT + "/v2.0", ORDERS.objectId(), AUDIENCE)
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
    void startHost() throws IOException {
        host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host.createContext("/", this::answer);
        host.start();
        variables.put("AZURE_AUTHORITY_HOST", azure.entra().toString());
        variables.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", base());
    }

    @AfterEach
    void closeHost() {
        host.stop(0);
    }

    @Test
    void managedIdentity_ofAConnectionString_isAskedOnceForTheTokensOfTwoResources() {
        AzureServiceTokenProvider provider = provider();

        AccessToken storage = provider.getAuthenticationResult("https://storage.azure.com");
        AccessToken vault = provider.getAuthenticationResult("https://vault.azure.net");

        assertThat(storage.source()).isEqualTo("Client assertion");
        assertThat(storage.principal().orElseThrow().appId()).hasValue(APP);
        assertThat(vault.principal().orElseThrow().appId()).hasValue(APP);
        assertThat(requests)
                .containsExactly("GET /metadata/identity/oauth2/token?api-version=2018-02-01"
                        + "&resource=api%3A%2F%2FAzureADTokenExchange&client_id=" + IDENTITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {TENANT, OTHER_TENANT})
    void managedIdentity_ofTheEmulator_isTheApplicationInItsOwnAndInAnotherTenant(String tenant) {
        variables.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.imds().toString());

        Principal principal = builder()
                .connectionString("RunAs=App;AppId=" + APP + ";TenantId=" + tenant + ";ManagedIdentityClientId="
                        + ORDERS.clientId())
                .build()
                .getAuthenticationResult("https://storage.azure.com")
                .principal()
                .orElseThrow();

        assertThat(principal.appId()).hasValue(APP);
        assertThat(principal.tenantId()).hasValue(tenant);
    }

    @Test
    void managedIdentity_ofTokenSources_hasTheSettingsOfTheProvider() {
        AzureServiceTokenProvider provider = builder()
                .sources(List.of(TokenSources.clientAssertion(azure.tenantId(), APP, assertions())))
                .build();

        assertThat(provider.getAuthenticationResult("https://storage.azure.com")
                        .principal()
                        .orElseThrow()
                        .appId())
                .hasValue(APP);
        assertThat(requests).hasSize(1);
    }

    @Test
    void managedIdentity_whoseTokenIsOutOfDateForEntra_isAskedForOneMore() {
        firstLife = Duration.ofHours(-1);

        assertThat(provider()
                        .getAuthenticationResult("https://storage.azure.com")
                        .principal()
                        .orElseThrow()
                        .appId())
                .hasValue(APP);
        assertThat(requests).hasSize(2);
    }

    @Test
    void managedIdentity_thatTheHostRefuses_isTheReason() {
        refusal = "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";

        TokenAcquisitionException failure = failure(provider());

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.reason())
                .startsWith("no assertion from IMDS: ")
                .contains("HTTP 400 \"invalid_request\": Identity not found");
        assertThat(failure.remedy()).contains("Assign the identity with client ID " + IDENTITY);
        assertThat(failure).hasMessageContaining("#client-assertion");
    }

    @Test
    void managedIdentity_thatNoFederatedCredentialNames_isToldByWhatIsCompared() {
        subject = "another-identity";

        TokenAcquisitionException failure = failure(provider());

        assertThat(failure.reason()).contains("AADSTS700213");
        assertThat(failure.remedy())
                .contains("Compare the subject of the federated credential")
                .endsWith("The assertion has issuer " + ISSUER + ", subject another-identity, audience " + AUDIENCE
                        + ".");
    }

    @ParameterizedTest
    @CsvSource({
        "https://login.microsoftonline.com/, api%3A%2F%2FAzureADTokenExchange",
        "https://login.microsoftonline.us/, api%3A%2F%2FAzureADTokenExchangeUSGov",
        "https://login.chinacloudapi.cn/, api%3A%2F%2FAzureADTokenExchangeChina",
        "https://login.partner.microsoftonline.cn/, api%3A%2F%2FAzureADTokenExchangeChina",
    })
    void managedIdentity_ofEachCloud_isAskedForItsAudience(String authority, String audience) {
        variables.put("AZURE_AUTHORITY_HOST", authority);

        assertions().with(builder()).get();

        assertThat(requests).singleElement().asString().contains("&resource=" + audience + "&");
    }

    @Test
    void managedIdentity_askedByManyAtOnce_isAskedOnce() throws Exception {
        ClientAssertions assertions = assertions().with(builder());
        ExecutorService callers = Executors.newFixedThreadPool(20);
        try {
            Callable<String> call = assertions::get;
            Set<String> seen = new HashSet<>();
            for (Future<String> one : callers.invokeAll(Collections.nCopies(20, call))) {
                seen.add(one.get());
            }
            assertThat(seen).hasSize(1);
        } finally {
            callers.shutdownNow();
        }
        assertThat(requests).hasSize(1);
        assertThat(assertions).hasToString("ClientAssertions[IMDS]");
    }

    @Test
    void workloadIdentity_readsTheFileEachTime() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "first\n");
        variables.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());
        ClientAssertions assertions = ClientAssertions.workloadIdentity().with(builder());

        assertThat(assertions.get()).isEqualTo("first");
        Files.writeString(file, "second\n");
        assertThat(assertions.get()).isEqualTo("second");
    }

    @Test
    void workloadIdentity_outsideOfAPod_saysWhatIsMissing() {
        assertThatThrownBy(() ->
                        ClientAssertions.workloadIdentity().with(builder()).get())
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessage("no assertion from Workload identity: not set: AZURE_FEDERATED_TOKEN_FILE."
                        + " In a pod, set the label azure.workload.identity/use: \"true\" and restart it.");
    }

    @Test
    void jobs_requestTheirTokenAnewAndNeedNoClientId() {
        variables.put("ACTIONS_ID_TOKEN_REQUEST_URL", base() + "/job?api-version=2.0");
        variables.put("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-this-job");
        variables.put("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "connection1");
        variables.put("SYSTEM_OIDCREQUESTURI", base() + "/oidctoken");
        variables.put("SYSTEM_ACCESSTOKEN", "of-this-task");
        ClientAssertions gitHub = ClientAssertions.gitHubActions().with(builder());

        assertThat(gitHub.get()).isNotEqualTo(gitHub.get());
        assertThat(ClientAssertions.azurePipelines().with(builder()).get()).isNotEmpty();
        assertThat(requests)
                .containsExactly(
                        "GET /job?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
                        "GET /job?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
                        "POST /oidctoken?api-version=7.1&serviceConnectionId=connection1");
    }

    private static ClientAssertions assertions() {
        return ClientAssertions.managedIdentity(UserAssignedIdentity.ofClientId(IDENTITY));
    }

    private AzureServiceTokenProvider provider() {
        return builder()
                .connectionString("RunAs=App;AppId=" + APP + ";TenantId=" + azure.tenantId()
                        + ";ManagedIdentityClientId=" + IDENTITY)
                .build();
    }

    private AzureServiceTokenProvider.Builder builder() {
        return AzureServiceTokenProvider.builder().environment(variables).sslContext(tls);
    }

    private static TokenAcquisitionException failure(AzureServiceTokenProvider provider) {
        return catchThrowableOfType(
                TokenAcquisitionException.class, () -> provider.getAccessToken("https://storage.azure.com"));
    }

    private String base() {
        return "http://127.0.0.1:" + host.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        String token = jwt(requests.size() == 1 ? firstLife : Duration.ofHours(24));
        String body = refusal.isEmpty()
                ? "{\"access_token\":\"" + token + "\",\"client_id\":\"" + IDENTITY
                        + "\",\"expires_in\":\"86400\",\"token_type\":\"Bearer\",\"value\":\"" + token
                        + "\",\"oidcToken\":\"" + token + "\"}"
                : refusal;
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(refusal.isEmpty() ? 200 : 400, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String jwt(Duration life) throws IOException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.RS256),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject(subject)
                        .audience(AUDIENCE)
                        .jwtID(String.valueOf(requests.size()))
                        .expirationTime(Date.from(Instant.now().plus(life)))
                        .build());
        try {
            jwt.sign(new RSASSASigner(Certificates.key("RSA", "other").getPrivate()));
        } catch (JOSEException e) {
            throw new IOException(e);
        }
        return jwt.serialize();
    }
}
