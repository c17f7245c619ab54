// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.EndpointPlay;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.IOException;
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
            refresh_at_offset_s: 'number?', error: 'failure', parse: 'ok|error', result: 'token|failed'}
            """),
    @Kind(name = "mi_response", given = "{" + EndpointPlay.GIVEN + "}", expected = "{" + EndpointPlay.EXPECTED + "}"),
    @Kind(name = "mi_retry", given = "{" + EndpointPlay.GIVEN + "}", expected = "{" + EndpointPlay.EXPECTED + "}"),
    @Kind(name = "mi_claims", given = """
        {source: 'IMDS|DEFAULT_TO_IMDS|ANY|APP_SERVICE|AZURE_ARC|CLOUD_SHELL|AZURE_ML|MACHINE_LEARNING|SERVICE_FABRIC',
        capabilities: ['text'], claims: 'text'}
        """, expected = """
            {query_lacks: ['text'], query_has: {'*': 'text'}, cache_bypassed: 'truth',
            error: 'failure', http_requests: 'number'}
            """),
    @Kind(name = "imds_retry_delay", given = "{attempt: 'number'}", expected = "{delay_ms: 'number'}"),
    @Kind(
            name = "imds_retry_exception",
            given = "{" + EndpointPlay.GIVEN + "}",
            expected = "{" + EndpointPlay.EXPECTED + "}"),
    @Kind(
            name = "imds_retry_status",
            given = "{" + EndpointPlay.GIVEN + "}",
            expected = "{" + EndpointPlay.EXPECTED + "}"),
    @Kind(
            name = "imds_probe",
            given = "{" + EndpointPlay.GIVEN + "}",
            expected = "{" + EndpointPlay.EXPECTED + "}",
            notes = {"cause"})
})
class EndpointAnswerCasesTest extends ConformanceRunner {
    private static final Pattern MOMENT = Pattern.compile("<(ISO-8601 instant|epoch) (\\d+) h ahead>");

    private final FakeTime time = new FakeTime();

    @TempDir
    private Path root;

    @Override
    public void run(ConformanceCase row) throws Exception {
        switch (row.kind()) {
            case "mi_token_body" -> body(row);
            case "mi_claims" -> claims(row);
            case "imds_retry_delay" -> delay(row);
            default -> {
                if ("AZURE_ARC".equals(row.given("source"))) {
                    writeKey();
                }
                // A no holds for three minutes; the cases of a probe have it forgotten at once.
                Duration pause = row.kind().equals("imds_probe") ? Duration.ofMinutes(4) : Duration.ZERO;
                EndpointPlay.play(row, new FakeTime(), root, pause);
            }
        }
    }

    private static void delay(ConformanceCase row) {
        RetrySchedule schedule = new RetrySchedule(true, true);
        long wait = 0;
        for (int i = 0; i <= row.given().get("attempt").asInt(); i++) {
            wait = schedule.afterAnswer(new HttpResponse(500, "", null));
        }
        long expected = row.expected().get("delay_ms").asLong();
        assertThat(wait).isBetween(expected, expected + expected / 10);
    }

    private static void body(ConformanceCase row) {
        Instant now =
                FakeTime.START.plusSeconds(row.given().path("now_offset_s").asLong());
        AccessToken token;
        try {
            token = TokenResponse.readToken(
                    new HttpResponse(200, bodyOf(row.given()), null),
                    EndpointCases.REQUEST,
                    "fake",
                    now.toEpochMilli());
        } catch (JsonException e) {
            assertThat(EndpointCases.fails(row.expected()) || "error".equals(row.expected("parse")))
                    .as(e.getMessage())
                    .isTrue();
            return;
        }
        JsonNode expected = row.expected();
        assertThat(EndpointCases.fails(expected) || "error".equals(row.expected("parse")))
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
        long refreshAt = CachedToken.computeRefreshAt(token, now.toEpochMilli());
        assertThat(Instant.ofEpochMilli(refreshAt)).isBetween(at.minusSeconds(30), at);
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
        FakeTransport http =
                EndpointCases.transport(new FakeTransport(), new ObjectMapper().readTree("[200, 200]"), arc);
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
