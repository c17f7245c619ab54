// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.File;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTokenSourceTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));
    private static final Map<String, String> APP_SERVICE =
            Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:41564/msi/token", "IDENTITY_HEADER", "853b9a84");
    private static final Map<String, String> OLD_APP_SERVICE =
            Map.of("MSI_ENDPOINT", "http://127.0.0.1:41564/msi", "MSI_SECRET", "69418689", "WEBSITE_SITE_NAME", "app");

    @TempDir
    private Path root;

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();

    @Test
    void acquire_fromAppService_sendsThisRequest() throws Exception {
        http.answers(200, EndpointCases.TOKEN);

        source(APP_SERVICE).acquire(REQUEST.withClientId("a&b"));

        assertThat(http.requests())
                .containsExactly(HttpRequest.toHost(
                                "http://127.0.0.1:41564/msi/token?api-version=2019-08-01"
                                        + "&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=a%26b",
                                2_000, 20_000)
                        .withHeader("X-IDENTITY-HEADER", "853b9a84"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/1/2026 1:00:00 AM +00:00", "01/01/2026 01:00:00 +00:00"})
    void acquire_fromAnOldAppService_sendsTheOldRequestAndReadsItsDates(String expiresOn) throws Exception {
        http.answers(200, "{\"access_token\":\"t\",\"expires_on\":\"" + expiresOn + "\"}");

        Acquired acquired = (Acquired) source(OLD_APP_SERVICE).acquire(REQUEST.withClientId("c"));

        assertThat(acquired.token().expiresOn()).isEqualTo(Instant.parse("2026-01-01T01:00:00Z"));
        assertThat(acquired.token().source()).isEqualTo("App Service");
        HttpRequest sent = http.requests().get(0);
        assertThat(Forms.header(sent, "secret")).isEqualTo("69418689");
        assertThat(sent.url())
                .isEqualTo("http://127.0.0.1:41564/msi?api-version=2017-09-01"
                        + "&resource=https%3A%2F%2Fstorage.azure.com%2F&clientid=c");
    }

    @Test
    void acquire_whenTheHostRefuses_showsItsWordsAndNotTheSecret() {
        http.answers(400, """
                {"statusCode":400,"message":"853b9a84 is not assigned.","correlationId":"11111111-2222"}""");

        TokenAcquisitionException failure = failure(source(APP_SERVICE), REQUEST.withClientId("c"));

        assertThat(failure)
                .hasMessage("HTTP 400 \"[hidden] is not assigned\" (correlation ID 11111111-2222). Check the resource's"
                        + " spelling, and that the identity with client ID c is assigned here.");
        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenTheSecretIsWrong_saysWhereItComesFrom() {
        http.answers(403, "Secret not correct: 853b9a84");

        assertThat(failure(source(APP_SERVICE), REQUEST))
                .hasMessage("HTTP 403 \"Secret not correct: [hidden]\". Take the variables from this very process's"
                        + " host, and copy none of them.");
    }

    @Test
    void acquire_whenCloudShellRefuses_showsItsCode() {
        http.answers(400, """
                {"error":{"code":"AudienceNotSupported","message":"Audience x is not a supported MSI token audience."}}""");

        assertThat(failure(source(Map.of("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")), REQUEST))
                .hasMessage("HTTP 400 \"AudienceNotSupported\": Audience x is not a supported MSI token audience."
                        + " Check the resource's spelling, and that a managed identity is assigned here.");
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 408, 429, 500, 502, 503})
    void acquire_whileTheHostIsBusy_asksFiveTimesMore(int status) {
        http.answers(status, "");

        assertThat(failure(source(APP_SERVICE), REQUEST.withDeadline(Duration.ofMinutes(2)))
                        .code())
                .isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(http.requests()).hasSize(6);
    }

    @Test
    void acquire_whenAnAnnouncedHostIsNotThere_isAFailure() {
        http.fails(new ConnectException("refused"));

        TokenAcquisitionException failure = failure(source(APP_SERVICE), REQUEST);

        assertThat(failure)
                .hasMessage("nothing listens at http://127.0.0.1:41564/msi/token. Correct or unset IDENTITY_ENDPOINT,"
                        + " or try again in a minute.");
        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
    }

    @Test
    void acquire_whenTheAnswerIsNoToken_isAnInvalidResponse() {
        http.answers(200, "{\"access_token\":\"t\"}");

        TokenAcquisitionException failure = failure(source(APP_SERVICE), REQUEST);

        assertThat(failure)
                .hasMessage("http://127.0.0.1:41564/msi/token answered HTTP 200 without an expiry that can be read."
                        + " Check what answers there; IDENTITY_ENDPOINT says where it is.");
        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\nHost: y", "caf\u00e9", "a\u0000b"})
    void acquire_withASecretThatNoHeaderTakes_doesNotShowIt(String secret) {
        Map<String, String> variables = new HashMap<>(APP_SERVICE);
        variables.put("IDENTITY_HEADER", secret);

        assertThat(failure(source(variables), REQUEST))
                .hasMessage("IDENTITY_HEADER has a character that no header takes. Correct it.")
                .hasNoCause();
        assertThat(http.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"t", "ftp://x/y", "https://t .com", "http:///x", "http://x/#y"})
    void acquire_whenTheEndpointIsNoUrl_isAWrongSetting(String endpoint) {
        TokenAcquisitionException failure = failure(source(Map.of("MSI_ENDPOINT", endpoint)), REQUEST);

        assertThat(failure).hasMessage("MSI_ENDPOINT is not an http URL. Correct or unset MSI_ENDPOINT.");
        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
    }

    @Test
    void acquire_ofAnIdentityThatTheHostCannotName_isRefusedWithoutARequest() {
        assertThat(failure(source(Map.of("MSI_ENDPOINT", "http://x")), REQUEST.withClientId("c")))
                .hasMessage("Cloud Shell has one identity of its own, and client ID c was asked for. Unset"
                        + " AZURE_CLIENT_ID, or name no identity, for the one that is assigned here.");
        TokenSource ml = SourceDescriptor.createEndpoint(
                new SourceContext(
                        environment(Map.of("MSI_ENDPOINT", "http://x", "MSI_SECRET", "s")), root(), http, time),
                UserAssignedIdentity.ofObjectId("o"));
        assertThat(failure(ml, REQUEST))
                .hasMessage(
                        "Azure ML accepts only a client ID, and object ID o was asked for. Unset AZURE_CLIENT_ID, or"
                                + " name no identity, for the one that is assigned here.");
        assertThat(http.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "IDENTITY_ENDPOINT, 'IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER nor IMDS_ENDPOINT is'",
        "IDENTITY_HEADER, 'IDENTITY_HEADER is set, but IDENTITY_ENDPOINT is not'",
        "MSI_SECRET, 'MSI_SECRET is set, but MSI_ENDPOINT is not'",
    })
    void find_whenAHostIsAnnouncedByHalves_saysSo(String variable, String reason) throws Exception {
        assertThat(source(Map.of(variable, "http://x")).acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        reason, "If this is App Service, pass on all of its variables; otherwise unset this one."));
    }

    @Test
    void find_whenNothingIsAnnounced_isNone() {
        assertThat(source(Map.of("AZURE_CLIENT_ID", "c"))).isNull();
    }

    @Test
    void acquire_fromAnInstalledAgentThatIsStopped_isUnavailable() throws Exception {
        Path agent = root.resolve("opt/azcmagent/bin/himds");
        Files.createDirectories(agent.getParent());
        Files.createFile(agent);
        http.fails(new ConnectException("refused"));

        assertThat(source(Map.of()).acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "nothing listens at http://127.0.0.1:40342/metadata/identity/oauth2/token",
                        "Look at 'azcmagent show'."));
    }

    private TokenSource source(Map<String, String> variables) {
        return SourceDescriptor.createEndpoint(new SourceContext(environment(variables), root(), http, time), null);
    }

    private File root() {
        return new File(root.toString());
    }

    private static Environment environment(Map<String, String> variables) {
        return new Environment(variables, false, false, "/nowhere");
    }

    private static TokenAcquisitionException failure(TokenSource source, TokenRequest request) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(request));
    }
}
