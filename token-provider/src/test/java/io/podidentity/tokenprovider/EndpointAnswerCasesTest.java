package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/** What is made of the answers of hosts that hand out managed identities. */
@Runs({
    @Kind(name = "mi_token_body", given = """
        {expires_on: 'text|number', expires_on_type: 'text', expires_in: 'text|number',
        refresh_in: 'text|number', now_offset_s: 'number', expires_on_offset_s: 'number'}
        """, expected = """
            {expires_at: 'text', expires_at_epoch: 'number', expires_at_offset_s: 'number',
            refresh_at_offset_s: 'number?', error: 'failure', parse: 'ok|error'}
            """),
    @Kind(name = "mi_response", given = """
        {source: 'IMDS|DEFAULT_TO_IMDS|ANY|APP_SERVICE|AZURE_ARC|CLOUD_SHELL|AZURE_ML|MACHINE_LEARNING|SERVICE_FABRIC',
        status: 'number', body: 'json', headers: {'*': 'text'}, in_chain: 'truth',
        identity: {client_id: 'text', object_id: 'text', resource_id: 'text'}}
        """, expected = """
            {error: 'unavailable|managed_identity_unreachable_network|failure',
            message_contains: 'texts', status: 'number', result: 'token|failed'}
            """),
    @Kind(name = "mi_retry", given = """
        {source: 'IMDS|DEFAULT_TO_IMDS|ANY|APP_SERVICE|AZURE_ARC|CLOUD_SHELL|AZURE_ML|MACHINE_LEARNING|SERVICE_FABRIC',
        statuses: ['number'], exception: 'text', retries: 'truth', user_max_retries: 'number',
        calls: 'number'}
        """, expected = """
            {sends: 'number', result: 'token|failed',
            error: 'unavailable|managed_identity_unreachable_network|failure',
            total_delay_s_min: 'number', total_delay_s_max: 'number'}
            """),
    @Kind(name = "mi_claims", given = """
        {source: 'IMDS|DEFAULT_TO_IMDS|ANY|APP_SERVICE|AZURE_ARC|CLOUD_SHELL|AZURE_ML|MACHINE_LEARNING|SERVICE_FABRIC',
        capabilities: ['text'], claims: 'text'}
        """, expected = """
            {query_lacks: ['text'], query_has: {'*': 'text'}, cache_bypassed: 'truth',
            error: 'failure', http_requests: 'number'}
            """),
    @Kind(name = "imds_retry_delay", given = "{attempt: 'number'}", expected = "{delay_ms: 'number'}"),
    @Kind(name = "imds_retry_exception", given = "{exception: 'text', message: 'text'}", expected = "{retry: 'truth'}"),
    @Kind(
            name = "imds_retry_status",
            given = "{status: 'number', headers: {'*': 'text'}, body: 'json'}",
            expected = "{retry: 'truth'}")
})
class EndpointAnswerCasesTest extends ConformanceRunner {
    private static final String NO_IDENTITY =
            "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";

    private static final Pattern MOMENT = Pattern.compile("<(ISO-8601 instant|epoch) (\\d+) h ahead>");

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
            case "imds_retry_exception" -> asksAgain(row, failing(row.given("exception"), row.given("message")));
            case "imds_retry_status" -> asksAgain(row, answering(row.given()));
            default -> throw new AssertionError(row.kind());
        }
    }

    private void asksAgain(ConformanceCase row, FakeTransport http) throws InterruptedException {
        try {
            EndpointCases.failure(
                    new ImdsTokenSource(EndpointCases.environment("IMDS"), http, time, false), EndpointCases.REQUEST);
        } catch (IllegalStateException e) {
            // Counted are the requests.
        }
        assertThat(http.requests().size() > 1)
                .isEqualTo(row.expected().get("retry").asBoolean());
    }

    /** A transport that fails as the network does; with anything but an {@code IOException} it is broken itself. */
    private static FakeTransport failing(String exception, String message) {
        String text = message == null ? exception : message;
        return new FakeTransport().does(request -> {
            switch (exception.substring(exception.lastIndexOf('.') + 1)) {
                case "SocketException" -> throw new SocketException(text);
                case "SocketTimeoutException" -> throw new SocketTimeoutException(text);
                case "ConnectException" -> throw new ConnectException(text);
                case "UnknownHostException" -> throw new UnknownHostException(text);
                case "EOFException" -> throw new EOFException(text);
                case "IOException", "UncheckedIOException" -> throw new IOException(text);
                default -> throw new IllegalStateException(text);
            }
        });
    }

    /** Answers always alike: the status, the body, and the header that a source of ours reads. */
    private static FakeTransport answering(JsonNode given) {
        JsonNode body = given.path("body");
        String text = body.isTextual() ? body.asText() : body.isMissingNode() ? NO_IDENTITY : body.toString();
        int status = given.get("status").asInt();
        return new FakeTransport()
                .does(request -> new HttpResponse(
                        status,
                        status == 200 && body.isMissingNode() ? EndpointCases.TOKEN : text,
                        header(given, "Retry-After"),
                        header(given, "WWW-Authenticate"),
                        header(given, "ResponseMessage")));
    }

    private static String header(JsonNode given, String name) {
        return given.path("headers").properties().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(header -> header.getValue().asText())
                .findFirst()
                .orElse(null);
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

    private static void body(ConformanceCase row) {
        Instant now =
                FakeTime.START.plusSeconds(row.given().path("now_offset_s").asLong());
        AccessToken token;
        try {
            token = TokenResponse.token(
                    new HttpResponse(200, bodyOf(row.given()), null),
                    EndpointCases.REQUEST,
                    "fake",
                    now.toEpochMilli());
        } catch (JsonException e) {
            assertThat(row.expected().has("error") || "error".equals(row.expected("parse")))
                    .as(e.getMessage())
                    .isTrue();
            return;
        }
        JsonNode expected = row.expected();
        assertThat(expected.has("error") || "error".equals(row.expected("parse")))
                .isFalse();
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
                    .isEqualTo(FakeTime.START.plusSeconds(
                            expected.get("expires_at_offset_s").asLong()));
        }
        if (expected.has("refresh_at_offset_s")) {
            // Without a point of its own the last five minutes are it.
            assertRefreshIsDue(
                    token,
                    now,
                    expected.get("refresh_at_offset_s").isNull()
                            ? token.expiresOn().minusSeconds(300)
                            : FakeTime.START.plusSeconds(
                                    expected.get("refresh_at_offset_s").asLong()));
        }
    }

    private static String bodyOf(JsonNode given) {
        ObjectNode body = new ObjectMapper().createObjectNode().put("access_token", "t");
        if (given.has("expires_on_offset_s")) {
            body.put(
                    "expires_on",
                    FakeTime.START.getEpochSecond()
                            + given.get("expires_on_offset_s").asLong());
        }
        if (given.has("expires_on")) {
            body.set(
                    "expires_on",
                    typed(given.get("expires_on"), given.path("expires_on_type").asText()));
        }
        for (String member : List.of("expires_in", "refresh_in")) {
            if (given.has(member)) {
                body.set(member, given.get(member));
            }
        }
        return body.toString();
    }

    /** A moment in words is written out: {@code <ISO-8601 instant 24 h ahead>}, {@code <epoch 24 h ahead>}. */
    private static JsonNode typed(JsonNode value, String type) {
        String text = value.asText();
        Matcher moment = MOMENT.matcher(text);
        if (moment.matches()) {
            Instant instant = FakeTime.START.plus(Duration.ofHours(Long.parseLong(moment.group(2))));
            text = moment.group(1).startsWith("ISO") ? instant.toString() : String.valueOf(instant.getEpochSecond());
        }
        assertThat(text).as("a moment that is known").doesNotStartWith("<");
        boolean number = type.equals("number") || (type.isEmpty() && value.isNumber());
        return number ? LongNode.valueOf(Long.parseLong(text)) : TextNode.valueOf(text);
    }

    /** Not before this moment but for the jitter, and surely at it. */
    private static void assertRefreshIsDue(AccessToken token, Instant now, Instant at) {
        long refreshAt = CachedToken.refreshAt(token, now.toEpochMilli());
        assertThat(Instant.ofEpochMilli(refreshAt)).isBetween(at.minusSeconds(30), at);
    }

    private void response(ConformanceCase row) throws InterruptedException {
        JsonNode given = row.given();
        FakeTransport http = answering(given);
        String host = given.path("source").asText("IMDS");
        UserAssignedIdentity identity = EndpointCases.identity(given.path("identity"));
        boolean probing = given.path("in_chain").asBoolean() && EndpointCases.isImds(host);
        TokenSource source = probing
                ? new ImdsTokenSource(EndpointCases.environment(host), http, time, true, identity)
                : EndpointCases.source(EndpointCases.environment(host), root, http, time, identity);

        Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST);

        EndpointCases.assertOutcome(row.expected(), failure);
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
                ? failing(row.given("exception"), "Network is unreachable")
                : EndpointCases.transport(given.get("statuses"), arc);
        TokenSource source = EndpointCases.source(EndpointCases.environment(host), root, http, time, null);
        Failed failure = null;
        for (int call = 0; call < given.path("calls").asInt(1); call++) {
            failure = EndpointCases.failure(source, EndpointCases.REQUEST);
        }
        JsonNode expected = row.expected();
        EndpointCases.assertOutcome(expected, failure);
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

    /** Capabilities are announced with claims, so they are asked for together; there is no setting of their own. */
    private void claims(ConformanceCase row) throws Exception {
        String host = row.given().path("source").asText("APP_SERVICE");
        boolean arc = host.equals("AZURE_ARC");
        if (arc) {
            writeKey();
        }
        FakeTransport http = EndpointCases.transport(new ObjectMapper().readTree("[200, 200]"), arc);
        TokenSource source = EndpointCases.source(EndpointCases.environment(host), root, http, time, null);
        TokenRequest request = EndpointCases.REQUEST;
        assertThat(source.acquire(request)).isInstanceOf(Acquired.class);
        int before = http.requests().size();

        Failed failure = EndpointCases.failure(source, request.withClaims(row.given("claims")));

        assertThat(failure != null).isEqualTo(row.expected().has("error"));
        List<HttpRequest> sent = http.requests().subList(before, http.requests().size());
        if (row.expected().has("cache_bypassed")) {
            assertThat(!sent.isEmpty())
                    .isEqualTo(row.expected().get("cache_bypassed").asBoolean());
        }
        if (row.expected().has("http_requests")) {
            assertThat(sent).hasSize(row.expected().get("http_requests").asInt());
        }
        for (HttpRequest each : sent) {
            String text = each.url() + "&" + each.form();
            row.expected().path("query_lacks").forEach(name -> assertThat(text).doesNotContain(name.asText()));
            if (row.expected().has("query_has")) {
                assertThat(EndpointCases.query(each))
                        .containsAllEntriesOf(EndpointCases.texts(row.expected().get("query_has")));
            }
        }
    }
}
