package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.chain.SourceContext;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The question whether there is a metadata service, and the token request after it. */
@Runs(
        @Kind(
                name = "imds_probe",
                given = "{in_chain: 'truth', env: {'*': 'text'}, server: 'json', calls: 'number'}",
                expected = """
                    {error: 'unavailable|authentication_failed', result: 'token|unavailable|failed',
                    results: ['token|unavailable|failed'], probes: 'number', token_requests: 'number',
                    sends: 'number', proceeds: 'truth', redirect_followed: 'truth', message_contains: 'texts',
                    method: 'GET|POST', query: {'*': 'text'}, headers_absent: ['text'],
                    connect_timeout_ms: 'number', read_timeout_ms: 'number', timeouts_s: ['number?'],
                    cause: 'text'}
                    """,
                notes = {"cause"}))
class ImdsProbeCasesTest extends ConformanceRunner {
    private static final String ELSEWHERE = "http://elsewhere.example/";
    private static final String UNMARKED = "Required metadata header not specified";

    private final FakeTime time = new FakeTime();

    @Override
    public void run(ConformanceCase row) throws Exception {
        JsonNode given = row.given();
        FakeTransport http = new FakeTransport();
        JsonNode server = given.path("server");
        if (server.isArray()) {
            server.forEach(answer -> add(http, answer));
        } else if (server.isMissingNode()) {
            http.answers(400, UNMARKED).answers(200, EndpointCases.TOKEN);
        } else {
            add(http, server);
        }
        TokenSource source = source(given, http);

        List<String> results = new ArrayList<>();
        String message = "";
        for (int call = 0; call < given.path("calls").asInt(1); call++) {
            // A no holds for three minutes; the cases have it forgotten at once.
            time.advance(Duration.ofMinutes(4));
            Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST);
            results.add(failure == null ? "token" : failure.unavailable() ? "unavailable" : "failed");
            message = failure == null ? "" : failure.message();
        }

        verify(row, http.requests(), results, message);
    }

    private TokenSource source(JsonNode given, HttpTransport http) {
        Environment environment = EndpointCases.environment(given);
        List<TokenSource> all =
                new DefaultSources(new SourceContext(environment, new File("/nowhere"), http, time)).all();
        return given.path("in_chain").asBoolean(false)
                ? all.get(all.size() - 1)
                : new ImdsTokenSource(environment, http, time, false);
    }

    private static void verify(ConformanceCase row, List<HttpRequest> requests, List<String> results, String message) {
        JsonNode expected = row.expected();
        long probes = requests.stream()
                .filter(sent -> sent.header("Metadata") == null)
                .count();
        long tokenRequests = requests.size() - probes;
        for (String member : (Iterable<String>) expected::fieldNames) {
            JsonNode value = expected.get(member);
            switch (member) {
                case "error" ->
                    assertThat(results).containsOnly(value.asText().replace("authentication_failed", "failed"));
                case "result" -> assertThat(results).containsExactly(value.asText());
                case "results" -> {
                    List<String> texts = new ArrayList<>();
                    value.forEach(text -> texts.add(text.asText()));
                    assertThat(results).isEqualTo(texts);
                }
                case "probes" -> assertThat(probes).isEqualTo(value.asLong());
                case "token_requests" -> assertThat(tokenRequests).isEqualTo(value.asLong());
                case "sends" -> assertThat(requests).hasSize(value.asInt());
                case "proceeds" -> assertThat(tokenRequests > 0).isEqualTo(value.asBoolean());
                case "message_contains" -> EndpointCases.assertMessageContains(expected, message);
                case "method" ->
                    assertThat(requests.get(0).form() == null ? "GET" : "POST").isEqualTo(value.asText());
                case "redirect_followed" ->
                    assertThat(requests.stream().anyMatch(sent -> sent.url().startsWith(ELSEWHERE)))
                            .isEqualTo(value.asBoolean());
                case "timeouts_s" ->
                    assertThat(requests).extracting(HttpRequest::connectMillis).isEqualTo(millis(value));
                case "query" -> assertThat(EndpointCases.query(requests.get(0))).isEqualTo(EndpointCases.texts(value));
                case "headers_absent" ->
                    value.forEach(name ->
                            assertThat(requests.get(0).header(name.asText())).isNull());
                case "connect_timeout_ms" ->
                    assertThat(requests.get(0).connectMillis()).isEqualTo(value.asInt());
                case "read_timeout_ms" ->
                    assertThat(requests.get(0).totalMillis()).isEqualTo(value.asInt());
                case "cause" -> {
                    // The class of another library's exception.
                }
                default -> throw new AssertionError(member);
            }
        }
    }

    /** Null stands for no limit at all, which no request of ours is without. */
    private static List<Integer> millis(JsonNode seconds) {
        List<Integer> millis = new ArrayList<>();
        seconds.forEach(limit -> millis.add(limit.isNull() ? 0 : limit.asInt() * 1000));
        return millis;
    }

    private static void add(FakeTransport http, JsonNode answer) {
        if (answer.isObject()) {
            http.answers(answer.get("status").asInt(), answer.get("body").asText());
            return;
        }
        String text = answer.asText();
        switch (text) {
            case "token" -> http.answers(200, EndpointCases.TOKEN);
            case "timeout", "accept_no_response" -> http.fails(new SocketTimeoutException("Read timed out"));
            case "closed_port" -> http.fails(new ConnectException("Connection refused"));
            case "garbage_bytes" -> http.fails(new IOException("the answer is not HTTP"));
            case "302", "http_302" ->
                http.does(request -> new HttpResponse(302, "<a href='" + ELSEWHERE + "'>Moved</a>", null));
            default -> {
                int status = Integer.parseInt(text.replace("http_", ""));
                http.answers(status, status == 200 ? EndpointCases.TOKEN : UNMARKED);
            }
        }
    }
}
