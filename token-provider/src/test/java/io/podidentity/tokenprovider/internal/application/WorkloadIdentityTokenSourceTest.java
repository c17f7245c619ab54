// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadIdentityTokenSourceTest {
    private static final String TENANT = "33333333-3333-3333-3333-333333333333";
    private static final String CLIENT = "11111111-1111-1111-1111-111111111111";
    private static final String POD_REMEDY =
            "Check the pod's label azure.workload.identity/use: \"true\" and its service account.";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));

    @TempDir
    private Path folder;

    private Path file;
    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void writeToken() throws IOException {
        file = Files.writeString(folder.resolve("azure-identity-token"), "first\n");
        variables.put("AZURE_TENANT_ID", TENANT);
        variables.put("AZURE_CLIENT_ID", CLIENT);
        variables.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());
        variables.put("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/");
    }

    @Test
    void acquire_always_sendsThisRequest() throws Exception {
        http.answers(200, success());

        source().acquire(REQUEST);

        assertThat(http.requests())
                .containsExactly(HttpRequest.toNetwork(
                                "https://login.microsoftonline.com/" + TENANT + "/oauth2/v2.0/token", 5_000, 15_000)
                        .withForm("grant_type=client_credentials&client_id=" + CLIENT
                                + "&scope=https%3A%2F%2Fstorage.azure.com%2F%2F.default&client_assertion=first"
                                + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                                + "jwt-bearer"));
    }

    @Test
    void acquire_whenEntraAnswers_isTheToken() throws Exception {
        String value = Tokens.jwt(Map.of("appid", CLIENT, "idtyp", "app", "oid", "object", "tid", TENANT));
        http.answers(
                200,
                "{\"token_type\":\"Bearer\",\"expires_in\":86399,\"ext_expires_in\":86399,\"refresh_in\":43199,"
                        + "\"access_token\":\"" + value + "\"}");

        assertThat(source().acquire(REQUEST))
                .isEqualTo(new Acquired(
                        new AccessToken(
                                value,
                                "https://storage.azure.com/",
                                "Bearer",
                                Instant.parse("2026-01-01T23:59:59Z"),
                                Instant.parse("2026-01-01T11:59:59Z"),
                                Principal.app(CLIENT).withObjectId("object").withTenantId(TENANT),
                                "Workload identity"),
                        "",
                        true));
    }

    @Test
    void acquire_whenTheTokenIsOpaque_tellsWhatIsKnownOfThePrincipal() throws Exception {
        http.answers(200, success());

        assertThat(((Acquired) source().acquire(REQUEST)).token().principal())
                .hasValue(Principal.app(CLIENT).withTenantId(TENANT));
    }

    @Test
    void acquire_again_readsTheFileAgain() throws Exception {
        http.answers(200, success());
        TokenSource source = source();
        source.acquire(REQUEST);

        Files.writeString(file, "  second\r\n");
        source.acquire(REQUEST);

        assertThat(assertions()).containsExactly("first", "second");
    }

    @Test
    void acquire_whenTheTokenIsOutOfDate_readsTheFileOnceMore() throws Exception {
        http.does(request -> {
                    Files.writeString(file, "second");
                    return new HttpResponse(401, error(700024, "Client assertion is not within its valid time"), null);
                })
                .answers(200, success());

        assertThat(source().acquire(REQUEST)).isInstanceOf(Acquired.class);
        assertThat(assertions()).containsExactly("first", "second");
        assertThat(time.sleeps()).isEmpty();
    }

    @Test
    void acquire_whenTheTokenStaysOutOfDate_isRefusedAfterTwoTries() {
        http.answers(401, error(700024, "Client assertion is not within its valid time range."));

        assertThat(failure())
                .hasMessage("HTTP 401 \"AADSTS700024\": Client assertion is not within its valid time range."
                        + " Check whether this machine's clock is right; the assertion is not valid now.");
        assertThat(http.requests()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "70021 | Compare issuer, subject and audience of the federated credential with the token's, letter by"
                        + " letter; a new credential takes some minutes to take effect.",
                "700211 | Compare the issuer of the federated credential with the token's, letter by letter, the slash"
                        + " at its end included: 'az aks show --query oidcIssuerProfile.issuerUrl'; a new credential"
                        + " takes some minutes to take effect.",
                "700212 | Compare the audience of the federated credential with the token's, letter by letter:"
                        + " api://AzureADTokenExchange unless set otherwise; a new credential takes some minutes to"
                        + " take effect.",
                "700213 | Compare the subject of the federated credential with the token's, letter by letter:"
                        + " system:serviceaccount:NAMESPACE:SERVICEACCOUNT; a new credential takes some minutes to"
                        + " take effect.",
                "700016 | Check client ID and tenant; a new application takes some minutes to become known.",
                "500011 | Check the resource's spelling; a slash at its end counts.",
                "90002 | Check the tenant, and the cloud in AZURE_AUTHORITY_HOST.",
                "7000229 | Check the tenant, or run 'az ad sp create --id CLIENT_ID' in it.",
                "900382 | Set AZURE_AUTHORITY_HOST to the tenant's own cloud, such as"
                        + " 'https://login.microsoftonline.us'.",
                "7000112 | Enable it: 'az ad sp update --id CLIENT_ID --set accountEnabled=true'.",
                "50027 | Check that the assertion is a whole signed JWT with iss, sub, aud and exp.",
                "501051 | Assign one of the resource's app roles to the application or user, or set \"Assignment"
                        + " required\" of the resource to No.",
                "70025 | Create one with the assertion's issuer, subject and audience: 'az identity"
                        + " federated-credential create', or 'az ad app federated-credential create'; a new credential"
                        + " takes some minutes to take effect.",
            })
    void acquire_whenEntraRefuses_failsAndSaysWhatToDo(int code, String remedy) throws IOException {
        Files.writeString(file, Tokens.jwt(Map.of("sub", "system:serviceaccount:shop:orders")));
        http.answers(400, error(code, "No, for a reason."));

        TokenAcquisitionException failure = failure();

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.isTransient()).isFalse();
        assertThat(failure).hasMessage("HTTP 400 \"AADSTS" + code + "\": No, for a reason. " + remedy);
        // A new credential, or a right one that is not found just then, deserves two tries more.
        assertThat(http.requests()).hasSize(code == 70021 || code == 700211 || code == 700213 ? 3 : 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"repo:contoso/shop:environment:prod", "5c1d2a3b-0000-4000-8000-00000000000a"})
    void acquire_whenTheAssertionIsNotOfACluster_namesNoServiceAccount(String subject) throws IOException {
        Files.writeString(file, Tokens.jwt(Map.of("sub", subject)));
        http.answers(400, error(700213, "No matching federated identity record."));

        assertThat(failure())
                .hasMessage(
                        "HTTP 400 \"AADSTS700213\": No matching federated identity record. Compare the subject of the"
                                + " federated credential with the token's claim sub, letter by letter; a new credential"
                                + " takes some minutes to take effect.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void acquire_whenTheFileBeginsWithAByteOrderMark_doesNotSendIt(String charset) throws Exception {
        Files.write(file, "\ufeffassertion\r\n".getBytes(Charset.forName(charset)));
        http.answers(200, success());

        source().acquire(REQUEST);

        assertThat(assertions()).containsExactly("assertion");
    }

    @Test
    void acquire_whenEntraCannotReachTheIssuer_triesAgainAndIsTransient() {
        http.answers(400, error(90061, "Request to External OIDC endpoint failed."));

        TokenAcquisitionException failure = failure();

        assertThat(failure.isTransient()).isTrue();
        assertThat(failure)
                .hasMessage("HTTP 400 \"AADSTS90061\": Request to External OIDC endpoint failed."
                        + " Make the issuer's /.well-known/openid-configuration reachable from the internet.");
        assertThat(http.requests()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AZURE_TENANT_ID | AZURE_TENANT_ID | service account",
                "AZURE_CLIENT_ID | AZURE_CLIENT_ID | service account",
                "AZURE_TENANT_ID,AZURE_CLIENT_ID | AZURE_TENANT_ID, AZURE_CLIENT_ID | service account",
                "AZURE_FEDERATED_TOKEN_FILE | AZURE_FEDERATED_TOKEN_FILE | label",
                "AZURE_CLIENT_ID,AZURE_FEDERATED_TOKEN_FILE | AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE | label",
            })
    void acquire_withoutAVariable_isUnavailableAndNamesIt(String removed, String named, String remedy)
            throws Exception {
        for (String name : removed.split(",", -1)) {
            variables.remove(name);
        }

        assertThat(source().acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "not set: " + named,
                        remedy.equals("label")
                                ? "In a pod, set the label azure.workload.identity/use: \"true\" and restart it."
                                : "Annotate the pod's service account with azure.workload.identity/client-id and"
                                        + " restart it."));
        assertThat(http.requests()).isEmpty();
    }

    @Test
    void acquire_withoutTheFile_says() throws Exception {
        Files.delete(file);

        assertThat(failure())
                .hasMessage("the file of AZURE_FEDERATED_TOKEN_FILE, " + file + ", is not there. " + POD_REMEDY);
    }

    @Test
    void acquire_whenTheFileIsEmpty_says() throws Exception {
        Files.writeString(file, " \n");

        assertThat(failure())
                .hasMessage("the file of AZURE_FEDERATED_TOKEN_FILE, " + file + ", is empty. " + POD_REMEDY);
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void acquire_whenTheFileIsAPipeThatNobodyWrites_doesNotWaitForIt() throws Exception {
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();

        assertThat(failure()).hasMessageContaining("is not a plain file");
    }

    @Test
    void acquire_whenTheFileIsAFolder_says() throws Exception {
        Files.delete(file);
        Files.createDirectory(file);

        assertThat(failure())
                .hasMessage("the file of AZURE_FEDERATED_TOKEN_FILE, " + file + ", is not a plain file."
                        + " Let this program's user read it, or correct AZURE_FEDERATED_TOKEN_FILE.");
    }

    @Test
    void acquire_whenTheFileIsHuge_says() throws Exception {
        Files.writeString(file, "x".repeat(256 * 1024 + 1));

        assertThat(failure())
                .hasMessage("the file of AZURE_FEDERATED_TOKEN_FILE, " + file + ", is longer than 256 kB."
                        + " Let this program's user read it, or correct AZURE_FEDERATED_TOKEN_FILE.");
    }

    @Test
    void acquire_withAClientId_asksAsThatIdentity() throws Exception {
        http.answers(200, success());

        source().acquire(REQUEST.withClientId("another&x=y"));

        assertThat(http.requests().get(0).form()).contains("&client_id=another%26x%3Dy&");
    }

    @Test
    void acquire_withoutAnAuthorityHost_asksThePublicCloud() throws Exception {
        variables.remove("AZURE_AUTHORITY_HOST");
        http.answers(200, success());

        source().acquire(REQUEST);

        assertThat(http.requests().get(0).url()).startsWith("https://login.microsoftonline.com/" + TENANT + "/");
    }

    @Test
    void acquire_whenTheClusterHasIdentityBindings_pointsToThem() {
        variables.put("AZURE_KUBERNETES_TOKEN_PROXY", "https://10.0.0.1");
        http.answers(400, error(700211, "No matching federated identity record."));

        assertThat(failure())
                .hasMessage("HTTP 400 \"AADSTS700211\": No matching federated identity record."
                        + " If the cluster uses identity bindings, set the connection string RunAs=Workload.");
        assertThat(http.requests().get(0).url()).startsWith("https://login.microsoftonline.com/");
    }

    private TokenSource source() {
        return new WorkloadIdentityTokenSource(Contexts.of(environment(), http, time), false);
    }

    private Environment environment() {
        return Environment.of(Map.copyOf(variables));
    }

    private TokenAcquisitionException failure() {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source().acquire(REQUEST));
    }

    private List<String> assertions() {
        return http.requests().stream()
                .map(request -> Forms.field(request, "client_assertion"))
                .toList();
    }

    private static String success() {
        return "{\"access_token\":\"opaque\",\"expires_in\":3599}";
    }

    private static String error(int code, String words) {
        return "{\"error\":\"invalid_request\",\"error_description\":\"AADSTS" + code + ": " + words
                + " Trace ID: 5d4f Correlation ID: 7a1b Timestamp: 2026-01-01 00:00:00Z\",\"error_codes\":[" + code
                + "],\"timestamp\":\"2026-01-01 00:00:00Z\",\"trace_id\":\"5d4f\",\"correlation_id\":\"7a1b\"}";
    }
}
