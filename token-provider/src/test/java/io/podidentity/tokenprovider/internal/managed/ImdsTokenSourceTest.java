// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImdsTokenSourceTest {
    private static final String NO_SERVICE = "what answers at http://169.254.169.254 is not a metadata service: ";
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final String URL =
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";
    private static final String CLIENT = "11111111-1111-1111-1111-111111111111";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource(RESOURCE).withDeadline(Duration.ofSeconds(30));
    private static final String NO_IDENTITY =
            "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();
    private final ImdsTokenSource source = source(Map.of(), false);

    @Test
    void acquire_always_sendsThisRequest() throws Exception {
        http.answers(200, success());

        source.acquire(REQUEST);

        assertThat(http.requests())
                .containsExactly(HttpRequest.toHost(URL + "https%3A%2F%2Fstorage.azure.com%2F", 2_000, 20_000)
                        .withHeader("Metadata", "true"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://storage.azure.com, https%3A%2F%2Fstorage.azure.com",
        "api://a b?c=d&e=f#g, api%3A%2F%2Fa+b%3Fc%3Dd%26e%3Df%23g",
        "'a\r\nX-Evil: 1', a%0D%0AX-Evil%3A+1",
        "100%+\u00fc, 100%25%2B%C3%BC",
        "a;b'c\"d<e>, a%3Bb%27c%22d%3Ce%3E",
    })
    void acquire_ofAnyResource_encodesIt(String resource, String encoded) throws Exception {
        http.answers(200, success());

        source.acquire(TokenRequest.forResource(resource).withDeadline(Duration.ofSeconds(1)));

        assertThat(http.requests()).extracting(HttpRequest::url).containsExactly(URL + encoded);
    }

    @Test
    void acquire_withAClientId_namesIt() throws Exception {
        http.answers(200, success());

        source.acquire(REQUEST.withClientId(CLIENT));
        source.acquire(REQUEST.withClientId("a&resource=b"));

        assertThat(http.requests())
                .extracting(HttpRequest::url)
                .containsExactly(
                        URL + "https%3A%2F%2Fstorage.azure.com%2F&client_id=" + CLIENT,
                        URL + "https%3A%2F%2Fstorage.azure.com%2F&client_id=a%26resource%3Db");
    }

    @Test
    void acquire_withAClientIdInTheEnvironment_namesItUnlessTheRequestHasAnother() throws Exception {
        http.answers(200, success());
        ImdsTokenSource withDefault = source(Map.of("AZURE_CLIENT_ID", " " + CLIENT + " "), false);

        withDefault.acquire(REQUEST);
        withDefault.acquire(REQUEST.withClientId("other"));

        assertThat(http.requests())
                .extracting(request -> request.url().substring(request.url().indexOf("&client_id=")))
                .containsExactly("&client_id=" + CLIENT, "&client_id=other");
    }

    @Test
    void acquire_ofAnIdentityByAnotherId_namesItAsDocumented() throws Exception {
        http.answers(200, success());

        for (UserAssignedIdentity identity : List.of(
                UserAssignedIdentity.ofClientId("c"),
                UserAssignedIdentity.ofObjectId("o"),
                UserAssignedIdentity.ofResourceId("/subscriptions/a b"))) {
            new ImdsTokenSource(
                            Contexts.of(environment(Map.of("AZURE_CLIENT_ID", "other")), http, time), false, identity)
                    .acquire(REQUEST);
        }

        assertThat(http.requests())
                .extracting(request -> request.url().substring(request.url().lastIndexOf('&')))
                .containsExactly("&client_id=c", "&object_id=o", "&msi_res_id=%2Fsubscriptions%2Fa+b");
    }

    @Test
    void acquire_whenItIsSilent_endsAfterTwoThirdsOfTheDeadline() throws Exception {
        FakeTransport silent = silent(new SocketTimeoutException("Read timed out"));

        Outcome outcome =
                new ImdsTokenSource(Contexts.of(environment(Map.of()), silent, time), false, null).acquire(REQUEST);

        assertThat(outcome)
                .isEqualTo(new Silent(
                        "no answer from http://169.254.169.254 within 20.0 s",
                        "In a pod, allow egress to 169.254.169.254:80."));
        assertThat(silent.requests()).hasSize(1);
    }

    @Test
    void acquire_whenAContainerDesktopAnswersByItsHeader_isUnavailable() throws Exception {
        http.does(request -> new HttpResponse(
                403, "", null, null, "A socket operation was attempted to an unreachable network", null, null));

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable(NO_SERVICE + "HTTP 403", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:2579", "http://127.0.0.1:2579/", " http://127.0.0.1:2579/ "})
    void acquire_withAnotherHost_asksThere(String host) throws Exception {
        http.answers(200, success());

        source(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", host), false).acquire(REQUEST);

        assertThat(http.requests().get(0).url())
                .startsWith("http://127.0.0.1:2579/metadata/identity/oauth2/token?api-version=2018-02-01&resource=");
    }

    @Test
    void acquire_whenImdsAnswers_isTheToken() throws Exception {
        String value = Tokens.jwt(Map.of("appid", CLIENT, "idtyp", "app"));
        http.answers(200, """
                {"access_token":"%s","refresh_token":"","expires_in":"3600","expires_on":"1767229200","not_before":"1767225600",\
                "resource":"https://storage.azure.com/","token_type":"Bearer","client_id":"x","ext_expires_in":"3600"}
                """.formatted(value));

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Acquired(new AccessToken(
                        value,
                        RESOURCE,
                        "Bearer",
                        Instant.parse("2026-01-01T01:00:00Z"),
                        null,
                        Principal.app(CLIENT),
                        "IMDS")));
        assertThat(time.sleeps()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"expires_on\":1767229200",
                "\"expires_on\":\"1767229200\"",
                "\"expires_on\":\"1/1/2026 1:00:00 AM +00:00\"",
                "\"expires_on\":\"2026-01-01T01:00:00.0000000+00:00\"",
                "\"expires_in\":3600",
                "\"expires_in\":\"3600\"",
            })
    void acquire_inWhicheverForm_readsTheExpiry(String member) throws Exception {
        http.answers(200, "{\"access_token\":\"opaque\"," + member + "}");

        AccessToken token = ((Acquired) source.acquire(REQUEST)).token();

        assertThat(token.expiresOn()).isEqualTo(Instant.parse("2026-01-01T01:00:00Z"));
        assertThat(token.tokenType()).isEqualTo("Bearer");
        assertThat(token.principal()).isEmpty();
    }

    @Test
    void acquire_whenImdsNamesARefresh_keepsItsWish() throws Exception {
        http.answers(200, "{\"access_token\":\"opaque\",\"expires_in\":86400,\"refresh_in\":\"43200\"}");

        assertThat(((Acquired) source.acquire(REQUEST)).token().refreshOn())
                .hasValue(Instant.parse("2026-01-01T12:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 408, 429, 500, 502, 503, 504})
    void acquire_whileImdsIsBusy_asksFiveTimesMore(int status) {
        http.answers(status, "");

        TokenAcquisitionException failure = failure(REQUEST.withDeadline(Duration.ofMinutes(2)));

        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(failure).hasMessage("HTTP " + status + ". Try again in a minute.");
        assertThat(http.requests()).hasSize(6);
        assertThat(time.sleeps())
                .satisfiesExactly(
                        wait -> assertThat(wait).isBetween(Duration.ofMillis(800), Duration.ofMillis(880)),
                        wait -> assertThat(wait).isBetween(Duration.ofMillis(1_600), Duration.ofMillis(1_760)),
                        wait -> assertThat(wait).isBetween(Duration.ofMillis(3_200), Duration.ofMillis(3_520)),
                        wait -> assertThat(wait).isBetween(Duration.ofMillis(6_400), Duration.ofMillis(7_040)),
                        wait -> assertThat(wait).isBetween(Duration.ofMillis(12_800), Duration.ofMillis(14_080)));
    }

    @Test
    void acquire_whileImdsIsUpdated_asksForSeventySeconds() {
        http.answers(410, "");

        TokenAcquisitionException failure = failure(REQUEST.withDeadline(Duration.ofMinutes(2)));

        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(http.requests()).hasSize(8);
        assertThat(time.now()).isBetween(FakeTime.START.plusSeconds(70), FakeTime.START.plusSeconds(77));
    }

    @Test
    void acquire_whenTheNextTryWouldBeTooLate_failsAtOnceAndNotAtTheDeadline() {
        http.answers(410, "");

        assertThat(failure(REQUEST).code()).isEqualTo(Code.SERVICE_UNAVAILABLE);

        assertThat(http.requests()).hasSize(3);
        assertThat(time.now()).isBefore(FakeTime.START.plusSeconds(30));
    }

    @Test
    void acquire_whenImdsComesBack_isTheToken() throws Exception {
        http.answers(410, "")
                .answers(404, "")
                .fails(new ConnectException("refused"))
                .answers(200, success());

        assertThat(source.acquire(REQUEST)).isInstanceOf(Acquired.class);
        assertThat(http.requests()).hasSize(4);
    }

    @Test
    void acquire_afterAWait_sendsWhatIsLeftOfTheDeadline() throws Exception {
        http.answers(429, "", "20").answers(200, success());

        source.acquire(REQUEST);

        assertThat(http.requests()).extracting(HttpRequest::totalMillis).containsExactly(20_000, 7_000);
        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(20));
    }

    @Test
    void acquire_whenRetryAfterIsBeyondTheDeadline_failsAtOnceAndKeepsIt() {
        http.answers(429, "{\"error\":\"too_many_requests\"}", "60");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure).hasMessage("HTTP 429 \"too_many_requests\". Try again in a minute.");
        assertThat(failure.retryAfter()).hasValue(Duration.ofSeconds(60));
        assertThat(time.sleeps()).isEmpty();
    }

    @Test
    void acquire_whenRetryAfterIsAbsurd_failsAtOnce() {
        http.answers(503, "", "Fri, 31 Dec 9999 23:59:59 GMT");

        assertThat(failure(REQUEST).code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(time.sleeps()).isEmpty();
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenABusyImdsMentionsAResource_doesNotBlameTheSpelling() {
        http.answers(503, "resource temporarily unavailable");

        assertThat(failure(REQUEST))
                .hasMessage("HTTP 503 \"resource temporarily unavailable\". Try again in a minute.");
    }

    @Test
    void acquire_whenNobodyAnswers_asksThreeTimesMore() throws Exception {
        http.fails(new ConnectException("Connection refused"));

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Silent(
                        "nothing listens at http://169.254.169.254", "In a pod, allow egress to 169.254.169.254:80."));
        assertThat(http.requests()).hasSize(4);
        assertThat(time.sleeps()).hasSize(3);
    }

    @Test
    void acquire_withoutAnAnswer_saysWhatHappened() throws Exception {
        assertThat(unanswered(new NoRouteToHostException("x")))
                .isEqualTo("there is no route to http://169.254.169.254");
        assertThat(unanswered(new UnknownHostException("x")))
                .isEqualTo("the host of http://169.254.169.254 is unknown");
        assertThat(unanswered(new SocketTimeoutException("x")))
                .isEqualTo("no answer from http://169.254.169.254 within 0.3 s");
        assertThat(unanswered(new IOException("Unexpected end of file\nfrom server")))
                .isEqualTo("no complete answer from http://169.254.169.254 (Unexpected end of file from server)");
        assertThat(unanswered(new IOException())).isEqualTo("no complete answer from http://169.254.169.254 (null)");
    }

    @Test
    void acquire_whenThereIsNoIdentity_isUnavailable() throws Exception {
        http.answers(400, NO_IDENTITY);

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "HTTP 400 \"invalid_request\": Identity not found",
                        "Assign a managed identity to this machine or pod."));
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenTheNamedIdentityIsNotThere_isRefused() {
        http.answers(400, NO_IDENTITY);

        TokenAcquisitionException failure = failure(REQUEST.withClientId(CLIENT));

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure)
                .hasMessage("HTTP 400 \"invalid_request\": Identity not found. Assign the identity with client ID "
                        + CLIENT + ", or correct that ID.");
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenTheResourceIsUnknown_isRefused() {
        http.answers(
                400,
                "{\"error\":\"invalid_resource\",\"error_description\":\"AADSTS500011: The resource principal named"
                        + " https://storag.azure.com was not found in the tenant named Contoso.\"}");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure)
                .hasMessage("HTTP 400 \"invalid_resource\": AADSTS500011: The resource principal named"
                        + " https://storag.azure.com was not found in the tenant named Contoso."
                        + " Check the resource's spelling; a slash at its end counts.");
    }

    @Test
    void acquire_whenItIsForbidden_isRefused() {
        http.answers(403, "");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure).hasMessage("HTTP 403");
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenAContainerDesktopAnswers_isUnavailable() throws Exception {
        http.answers(403, "A socket operation was attempted to an unreachable network.");

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        NO_SERVICE + "HTTP 403 \"A socket operation was attempted to an unreachable network.\"", ""));
    }

    @Test
    void acquire_whenNmiHasNoIdentityForThePod_pointsToTheBinding() {
        http.answers(
                404,
                "getting assigned identities for pod default/demo in CREATED state failed after 16 attempts, retry"
                        + " duration [5]s, error: <nil>. Check MIC pod logs for identity assignment errors\n");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(failure)
                .hasMessage("HTTP 404 \"getting assigned identities for pod default/demo in CREATED state failed after"
                        + " 16 attempts, retry duration [5]s, error: <nil>. Check MIC pod logs for identit...\"."
                        + " Compare the pod's label aadpodidbinding with the binding's selector.");
    }

    @Test
    void acquire_whenNmiDoesNotKnowTheClientId_pointsToTheBinding() {
        http.answers(404, "no azure identity found for request clientID 1111##### REDACTED #####1111\n");

        assertThat(failure(REQUEST.withClientId(CLIENT)))
                .hasMessage("HTTP 404 \"no azure identity found for request clientID 1111##### REDACTED #####1111\"."
                        + " Compare the pod's label aadpodidbinding with the binding's selector.");
    }

    @Test
    void acquire_whenNmiCannotGetTheToken_showsTheReason() {
        http.answers(
                403,
                "adal: Refresh request failed. Status Code = '400'. Response body: {\"error\":\"invalid_request\","
                        + "\"error_description\":\"Identity not found\"} Endpoint http://169.254.169.254/metadata\n");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.reason())
                .isEqualTo("HTTP 403 \"adal: Refresh request failed. Status Code = '400'. Response body:"
                        + " {\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"} Endpoint"
                        + " http://169.25...\"");
    }

    @Test
    void acquire_whenAWebPageAnswers_doesNotShowIt() {
        http.answers(405, "\n <!DOCTYPE html><html>Method not allowed</html>");

        assertThat(failure(REQUEST)).hasMessage("HTTP 405");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''| not JSON (ends too early, at character 0)",
                "<html>| not JSON (an unexpected character, at character 0)",
                "[]| not JSON (an unexpected character, at character 0)",
                "{\"access_token\":\"opaque\"| not JSON (ends too early, at character 24)",
                "{}| without access_token",
                "{\"access_token\":\"\",\"expires_in\":1}| without access_token",
                "{\"access_token\":{},\"expires_in\":1}| without access_token",
                "{\"access_token\":\"opaque\"}| without an expiry that can be read",
                "{\"access_token\":\"opaque\",\"expires_on\":\"15609740s28\"}| without an expiry that can be read",
            })
    void acquire_whenTheAnswerIsNoToken_isAnInvalidResponse(String body, String problem) throws Exception {
        http.answers(200, body);

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure)
                .hasMessage("http://169.254.169.254 answered HTTP 200 " + problem
                        + ". Check what answers at http://169.254.169.254.");
    }

    @Test
    void acquire_whenInterruptedBetweenTries_ends() {
        http.does(request -> {
            Thread.currentThread().interrupt();
            return new HttpResponse(503, "", null);
        });

        assertThatThrownBy(() -> source.acquire(REQUEST)).isInstanceOf(InterruptedException.class);
        assertThat(http.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a url", "127.0.0.1:2579", "ftp://127.0.0.1", "http://"})
    void acquire_whenTheHostIsNoHttpUrl_isAWrongSetting(String host) {
        ImdsTokenSource misled = new ImdsTokenSource(
                Contexts.of(
                        environment(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", host)),
                        new HttpTransport(Time.SYSTEM),
                        time),
                false,
                null);

        TokenAcquisitionException failure =
                catchThrowableOfType(TokenAcquisitionException.class, () -> misled.acquire(REQUEST));

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure)
                .hasMessage("AZURE_POD_IDENTITY_AUTHORITY_HOST is not an http URL."
                        + " Correct it, such as http://169.254.169.254, or unset it.");
    }

    @Test
    void acquire_whenProbing_asksForATokenAfterAMetadataServiceAnswered() throws Exception {
        http.answers(400, "{\"error\":\"invalid_request\"}").answers(503, "").answers(200, success());

        assertThat(source(Map.of(), true).acquire(REQUEST)).isInstanceOf(Acquired.class);

        assertThat(http.requests())
                .extracting(request -> Forms.header(request, "Metadata"))
                .containsExactly(null, "true", "true");
        assertThat(http.requests().get(0)).isEqualTo(HttpRequest.toHost(URL.replace("&resource=", ""), 300, 300));
    }

    @Test
    void acquire_whenProbingFindsNobody_asksForNoToken() throws Exception {
        http.fails(new ConnectException("Connection refused"));

        assertThat(source(Map.of(), true).acquire(REQUEST))
                .isEqualTo(new Unavailable("nothing listens at http://169.254.169.254", ""));
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenProbingFindsSomethingElse_asksOnceAndTakesAnyFailureForAbsence() throws Exception {
        http.answers(302, "");

        assertThat(source(Map.of(), true).acquire(REQUEST)).isEqualTo(new Unavailable(NO_SERVICE + "HTTP 302", ""));
        assertThat(http.requests()).hasSize(2);
        assertThat(time.sleeps()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200| <html>| http://169.254.169.254 answered HTTP 200 not JSON (an unexpected character, at character 0)",
                "503| busy| what answers at http://169.254.169.254 is not a metadata service: HTTP 503 \"busy\"",
                "403| no| what answers at http://169.254.169.254 is not a metadata service: HTTP 403 \"no\"",
            })
    void acquire_whenAGatewayAnswersTheProbe_isUnavailable(int status, String body, String reason) throws Exception {
        http.answers(200, "<html>welcome</html>").answers(status, body);

        Outcome outcome = source(Map.of(), true).acquire(REQUEST);

        assertThat(((Unavailable) outcome).reason()).isEqualTo(reason);
        assertThat(http.requests()).hasSize(2);
    }

    @Test
    void acquire_whenSomethingElseHasAToken_isTheToken() throws Exception {
        http.answers(200, "hello").answers(200, success());

        assertThat(source(Map.of(), true).acquire(REQUEST)).isInstanceOf(Acquired.class);
    }

    @Test
    void acquire_whenWhatWasProbedIsSilentLater_isThereAndFails() throws Exception {
        http.answers(400, "").answers(200, success()).fails(new IOException("x"));
        ImdsTokenSource probing = source(Map.of(), true);

        assertThat(probing.acquire(REQUEST)).isInstanceOf(Acquired.class);
        assertThatThrownBy(() -> probing.acquire(REQUEST))
                .hasMessage("HTTP 400, then no complete answer (IOException). Try again in a minute.");
    }

    @Test
    void acquire_withAnObjectOrResourceIdInTheEnvironment_namesItThoughThereIsAClientId() throws Exception {
        http.answers(200, success());

        source(Map.of("AZURE_CLIENT_ID", "c", "AZURE_MANAGED_IDENTITY_OBJECT_ID", "o"), false)
                .acquire(REQUEST);
        source(Map.of("AZURE_CLIENT_ID", "c", "AZURE_MANAGED_IDENTITY_RESOURCE_ID", "/r"), false)
                .acquire(REQUEST);

        assertThat(http.requests())
                .extracting(request -> request.url().substring(request.url().lastIndexOf('&')))
                .containsExactly("&object_id=o", "&msi_res_id=%2Fr");
    }

    @Test
    void acquire_withBothInTheEnvironment_isAWrongSetting() {
        ImdsTokenSource torn = source(
                Map.of("AZURE_MANAGED_IDENTITY_OBJECT_ID", "o", "AZURE_MANAGED_IDENTITY_RESOURCE_ID", "/r"), false);

        assertThatThrownBy(() -> torn.acquire(REQUEST))
                .hasMessage("AZURE_MANAGED_IDENTITY_OBJECT_ID and AZURE_MANAGED_IDENTITY_RESOURCE_ID are both set."
                        + " Unset one of them.");
        assertThat(http.requests()).isEmpty();
    }

    @Test
    void name_always_isImds() {
        assertThat(source.name()).isEqualTo("IMDS");
    }

    private String unanswered(IOException e) throws InterruptedException {
        ImdsTokenSource failing = new ImdsTokenSource(Contexts.of(environment(Map.of()), silent(e), time), false, null);
        Outcome outcome = failing.acquire(REQUEST.withDeadline(Duration.ofMillis(500)));
        return ((Silent) outcome).reason();
    }

    /** Takes what it is given to answer in, and fails. */
    private FakeTransport silent(IOException e) {
        return new FakeTransport().does(request -> {
            time.advance(Duration.ofMillis(request.totalMillis()));
            throw e;
        });
    }

    private TokenAcquisitionException failure(TokenRequest request) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(request));
    }

    private ImdsTokenSource source(Map<String, String> variables, boolean probing) {
        return new ImdsTokenSource(Contexts.of(environment(variables), http, time), probing, null);
    }

    private static Environment environment(Map<String, String> variables) {
        return new Environment(variables, false, false, "/nowhere");
    }

    private static String success() {
        return "{\"access_token\":\"opaque\",\"expires_in\":\"3600\",\"token_type\":\"Bearer\"}";
    }
}
