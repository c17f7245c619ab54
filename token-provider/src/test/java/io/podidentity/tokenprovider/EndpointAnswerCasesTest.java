package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;

/** What is made of the answers of hosts that hand out managed identities. */
@Runs(
        kinds = {
            "imds_retry_delay",
            "imds_retry_exception",
            "imds_retry_status",
            "mi_claims",
            "mi_response",
            "mi_retry",
            "mi_token_body"
        })
class EndpointAnswerCasesTest extends ConformanceRunner {
    private static final String NO_IDENTITY =
            "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";

    private final FakeTime time = new FakeTime();

    @TempDir
    private Path root;

    @Override
    public void run(ConformanceCase row) throws Exception {
        switch (row.kind()) {
            case "mi_token_body" -> body(row);
            case "mi_response" -> response(row);
            case "mi_retry" -> retry(row);
            case "mi_claims" -> claims(row);
            case "imds_retry_delay" -> delay(row);
            case "imds_retry_exception" ->
                assertThat(RetrySchedule.ofMetadataService(true).afterFailure(new IOException("x")) >= 0)
                        .isEqualTo(row.expected().get("retry").asBoolean());
            case "imds_retry_status" ->
                assertThat(RetrySchedule.ofMetadataService(true)
                                        .afterStatus(row.given().get("status").asInt(), null)
                                >= 0)
                        .isEqualTo(row.expected().get("retry").asBoolean());
            default -> throw new AssertionError(row.kind());
        }
    }

    private static void delay(ConformanceCase row) {
        RetrySchedule schedule = RetrySchedule.ofMetadataService(true);
        long wait = 0;
        for (int i = 0; i <= row.given().get("attempt").asInt(); i++) {
            wait = schedule.afterStatus(500, null);
        }
        long expected = row.expected().get("delay_ms").asLong();
        assertThat(wait).isBetween(expected, expected + expected / 10);
    }

    private static void body(ConformanceCase row) throws JsonException {
        JsonNode given = row.given();
        Instant now = FakeTime.START;
        StringBuilder body = new StringBuilder("{\"access_token\":\"t\"");
        if (given.hasNonNull("expires_on_offset_s")) {
            long offset = given.get("expires_on_offset_s").asLong();
            body.append(",\"expires_on\":").append(now.getEpochSecond() + offset);
        } else if (given.hasNonNull("expires_on")) {
            String expiresOn = given.get("expires_on").toString();
            body.append(",\"expires_on\":")
                    .append(expiresOn.contains("ISO-8601") ? "\"" + now.plus(Duration.ofHours(24)) + "\"" : expiresOn);
        }
        if (given.hasNonNull("expires_in")) {
            body.append(",\"expires_in\":").append(given.get("expires_in"));
        }
        AccessToken token;
        try {
            token = TokenResponse.token(
                    new HttpResponse(200, body.append('}').toString(), null),
                    EndpointCases.REQUEST,
                    "fake",
                    now.toEpochMilli());
        } catch (JsonException e) {
            assertThat(row.expected("error")).isEqualTo("authentication_failed");
            return;
        }
        JsonNode expected = row.expected();
        assertThat(expected.has("error")).isFalse();
        if (expected.has("expires_at")) {
            assertThat(token.expiresOn()).isEqualTo(Instant.parse(row.expected("expires_at")));
        }
        if (expected.has("expires_at_epoch")) {
            assertThat(token.expiresOn())
                    .isEqualTo(Instant.ofEpochSecond(
                            expected.get("expires_at_epoch").asLong()));
        }
        if (expected.has("expires_at_offset_s")) {
            assertThat(token.expiresOn())
                    .isEqualTo(
                            now.plusSeconds(expected.get("expires_at_offset_s").asLong()));
        }
        if (expected.has("refresh_at_offset_s")) {
            assertRefreshIsDue(
                    token, now.plusSeconds(expected.get("refresh_at_offset_s").asLong()));
        }
    }

    /** Not before this moment but for the jitter, and surely at it. */
    private static void assertRefreshIsDue(AccessToken token, Instant at) {
        long refreshAt = CachedToken.refreshAt(token, FakeTime.START.toEpochMilli());
        assertThat(Instant.ofEpochMilli(refreshAt)).isBetween(at.minusSeconds(30), at);
    }

    private void response(ConformanceCase row) throws InterruptedException {
        JsonNode given = row.given();
        JsonNode body = given.path("body");
        String text = body.isTextual() ? body.asText() : body.isMissingNode() ? NO_IDENTITY : body.toString();
        FakeTransport http = new FakeTransport().answers(given.get("status").asInt(), text);
        String host = given.path("source").asText("IMDS");
        boolean probing = given.path("in_chain").asBoolean();
        TokenSource source = probing
                ? new ImdsTokenSource(EndpointCases.environment(host), http, time, true)
                : EndpointCases.source(EndpointCases.environment(host), root, http, time, null);

        Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST);

        assertThat(failure).isNotNull();
        assertThat(failure.unavailable()).isEqualTo("unavailable".equals(row.expected("error")));
        EndpointCases.assertMessageContains(row.expected(), failure.message());
        if (row.expected().has("status")) {
            assertThat(failure.message()).contains("HTTP " + row.expected("status"));
        }
    }

    private void retry(ConformanceCase row) throws Exception {
        JsonNode given = row.given();
        FakeTime time = new FakeTime();
        String host = given.get("source").asText();
        boolean arc = host.equals("AZURE_ARC");
        if (arc) {
            writeKey();
        }
        FakeTransport http = given.has("exception")
                ? new FakeTransport().fails(new SocketException("Network is unreachable"))
                : EndpointCases.transport(given.get("statuses"), arc);
        TokenSource source = EndpointCases.source(EndpointCases.environment(host), root, http, time, null);
        Failed failure = null;
        for (int call = 0; call < given.path("calls").asInt(1); call++) {
            failure = EndpointCases.failure(source, EndpointCases.REQUEST);
        }
        JsonNode expected = row.expected();
        assertThat(failure == null).isEqualTo("token".equals(row.expected("result")));
        if (expected.has("sends")) {
            assertThat(http.requests()).hasSize(expected.get("sends").asInt());
        }
        long slept = time.sleeps().stream().mapToLong(Duration::toMillis).sum();
        if (expected.has("total_delay_s_min")) {
            assertThat(slept)
                    .isGreaterThanOrEqualTo(expected.get("total_delay_s_min").asLong() * 1000);
        }
        if (expected.has("total_delay_s_max")) {
            assertThat(slept).isLessThan(expected.get("total_delay_s_max").asLong() * 1000);
        }
    }

    private void writeKey() throws IOException {
        Path key = Path.of(root.toString(), "/var/opt/azcmagent/tokens/a.key");
        Files.createDirectories(key.getParent());
        Files.writeString(key, "key");
    }

    private void claims(ConformanceCase row) throws Exception {
        String host = row.given().path("source").asText("APP_SERVICE");
        if (host.equals("AZURE_ARC")) {
            writeKey();
        }
        FakeTransport http = EndpointCases.transport(new ObjectMapper().readTree("[200]"), host.equals("AZURE_ARC"));
        TokenSource source = EndpointCases.source(EndpointCases.environment(host), root, http, time, null);
        TokenRequest request = EndpointCases.REQUEST;
        assertThat(source.acquire(request)).isInstanceOf(Acquired.class);
        int before = http.requests().size();

        assertThat(source.acquire(request.withClaims(row.given("claims")))).isInstanceOf(Acquired.class);

        assertThat(http.requests().size()).isGreaterThan(before);
        for (HttpRequest sent : http.requests()) {
            row.expected()
                    .path("query_lacks")
                    .forEach(name -> assertThat(sent.url() + sent.form()).doesNotContain(name.asText()));
        }
    }
}
