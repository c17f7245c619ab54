// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A case of a managed identity, whatever its kind: a source is asked once or several times, its server does what the
 * case says, and all is looked at that came of it.
 */
public final class EndpointPlay {
    /** What the cases of all these kinds may give. */
    public static final String GIVEN = """
        source: 'IMDS|DEFAULT_TO_IMDS|ANY|APP_SERVICE|AZURE_ARC|CLOUD_SHELL|AZURE_ML|MACHINE_LEARNING|SERVICE_FABRIC',
        env: {'*': 'text'}, os: 'linux|windows|darwin', identity: {client_id: 'text', object_id: 'text',
        resource_id: 'text'}, client_id: 'text', object_id: 'text', resource_id: 'text', scope: 'text',
        scopes: ['text'], resource: 'text', tenant: 'text', claims: 'text', capabilities: ['text'], status: 'number', body: 'json?',
        headers: {'*': 'text'}, retry_after: 'text', statuses: ['json'], responses: ['json'], server: 'json',
        exception: 'text', message: 'text', in_chain: 'truth', calls: 'number', retries: 'truth',
        user_max_retries: 'number', deadline_s: 'number'
        """;

    /** What they may expect. */
    public static final String EXPECTED = """
        error: 'unavailable|managed_identity_unreachable_network|failure', result: 'token|unavailable|failed',
        results: ['token|unavailable|failed'], message_contains: 'texts', message_lacks: 'texts',
        message_names: 'texts', status: 'number', transient: 'truth', sends: 'number', requests: 'number',
        http_requests: 'number', token_requests: 'number', probes: 'number', retry: 'truth', proceeds: 'truth',
        redirect_followed: 'truth', total_delay_s_min: 'number', total_delay_s_max: 'number', method: 'GET|POST',
        url: 'text', query: {'*': 'text'}, query_has: {'*': 'text'}, query_lacks: ['text'], form: {'*': 'text'},
        headers: {'*': 'text'}, headers_absent: ['text'], no_double_slash: 'truth', connect_timeout_ms: 'number',
        read_timeout_ms: 'number', timeouts_s: ['number?'], token: 'text', expires_at: 'text',
        expires_at_epoch: 'number', cause: 'text'
        """;

    private static final String UNMARKED = "Required metadata header not specified";
    private static final String NO_IDENTITY =
            "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";

    private final JsonNode given;
    private final FakeTime time;
    private final FakeTransport http = new FakeTransport();
    private final List<String> results = new ArrayList<>();
    private String message = "";
    private boolean passing;
    private AccessToken token;

    private EndpointPlay(JsonNode given, FakeTime time) {
        this.given = given;
        this.time = time;
    }

    /**
     * Plays a case and looks at all that it expects.
     *
     * @param root where the files of the machine are
     * @param pause how long lies between two calls
     */
    public static void play(ConformanceCase row, FakeTime time, Path root, Duration pause) throws Exception {
        EndpointPlay play = new EndpointPlay(row.given(), time);
        play.serve();
        TokenSource source = play.source(root);
        for (int call = 0; call < row.given().path("calls").asInt(1); call++) {
            time.advance(pause);
            play.ask(source);
        }
        play.verify(row.expected());
    }

    private void serve() {
        boolean arc = given.path("source").asText().equals("AZURE_ARC");
        boolean one = given.has("status") || given.has("body");
        String refusal = one ? NO_IDENTITY : given.has("server") || probing() ? UNMARKED : "";
        CaseServer server = new CaseServer(http, EndpointCases.TOKEN, refusal);
        if (given.has("statuses") && arc) {
            EndpointCases.transport(http, given.get("statuses"), true);
        } else if (given.has("exception")) {
            String name = given.get("exception").asText();
            http.does(request -> CaseServer.throwing(name, given.path("message").asText(name)));
        } else if (one) {
            server.does(withBody(given));
        } else {
            JsonNode answers = given.path("server");
            for (String other : List.of("statuses", "responses")) {
                answers = answers.isMissingNode() ? given.path(other) : answers;
            }
            server.does(answers);
            if (answers.isMissingNode() && probing()) {
                http.answers(400, UNMARKED);
            }
            if (answers.isMissingNode()) {
                http.answers(200, EndpointCases.TOKEN);
            }
        }
    }

    private boolean probing() {
        return given.path("in_chain").asBoolean()
                && EndpointCases.isImds(given.path("source").asText("IMDS"));
    }

    /** The members of what is given that make up one answer. */
    private static ObjectNode withBody(JsonNode given) {
        ObjectNode answer = new ObjectMapper().createObjectNode();
        for (String member : List.of("status", "body", "headers", "retry_after")) {
            if (given.has(member)) {
                answer.set(member, given.get(member));
            }
        }
        return answer;
    }

    private TokenSource source(Path root) {
        String host = given.path("source").asText("IMDS");
        Map<String, String> variables =
                new HashMap<>(EndpointCases.environment(host).variables());
        Environment own = EndpointCases.environment(given);
        variables.putAll(own.variables());
        Environment environment = new Environment(variables, false, own.windows(), "/nowhere");
        UserAssignedIdentity identity = EndpointCases.identity(given.has("identity") ? given.get("identity") : given);
        if (probing() && identity == null) {
            List<TokenSource> all = new DefaultSources(
                            new SourceContext(environment, new File(root.toString()), http, time))
                    .createAll();
            return all.get(all.size() - 1);
        }
        return probing()
                ? new ImdsTokenSource(Contexts.of(environment, http, time), true, identity)
                : EndpointCases.source(environment, root, http, time, identity);
    }

    private TokenRequest request() {
        String scope = given.path("scopes").path(0).asText(given.path("scope").textValue());
        TokenRequest request = scope != null
                ? TokenRequest.forScope(scope)
                : TokenRequest.forResource(given.path("resource").asText(EndpointCases.RESOURCE));
        return request.withTenantId(given.path("tenant").textValue())
                .withClaims(given.path("claims").textValue())
                .withDeadline(
                        given.has("deadline_s")
                                ? Duration.ofSeconds(given.get("deadline_s").asLong())
                                : EndpointCases.REQUEST.deadline().orElseThrow());
    }

    private void ask(TokenSource source) throws InterruptedException {
        Failed failure = null;
        try {
            TokenSource.Outcome outcome = source.acquire(request());
            if (outcome instanceof Acquired acquired) {
                token = acquired.token();
            } else {
                failure = EndpointCases.absence(outcome);
            }
            passing = outcome instanceof TokenSource.Silent;
        } catch (TokenAcquisitionException e) {
            failure = new Failed(false, e.getMessage());
            passing = e.isTransient();
        } catch (IllegalStateException e) {
            // The transport itself is broken, which is not for a source to tell.
            failure = new Failed(false, String.valueOf(e.getMessage()));
        }
        results.add(failure == null ? "token" : failure.unavailable() ? "unavailable" : "failed");
        message = failure == null ? "" : failure.message();
    }

    private void verify(JsonNode expected) {
        List<HttpRequest> sent = http.requests();
        assertThat(sent).as("no proxy on the way").allMatch(HttpRequest::direct);
        long probes = sent.stream()
                .filter(each -> Forms.header(each, "Metadata") == null)
                .count();
        String last = results.get(results.size() - 1);
        boolean fails = EndpointCases.fails(expected);
        EndpointCases.assertMessage(expected, message);
        if (fails || expected.has("result") || expected.has("token")) {
            assertThat(!last.equals("token")).as(message).isEqualTo(fails);
        }
        for (String member : (Iterable<String>) expected::fieldNames) {
            JsonNode value = expected.get(member);
            switch (member) {
                case "error" -> assertError(value.asText(), last);
                case "result" ->
                    assertThat(value.asText().equals("failed") && last.equals("unavailable") ? "failed" : last)
                            .as(message)
                            .isEqualTo(value.asText());
                case "results" -> assertThat(results).containsExactly(EndpointCases.list(value));
                case "status" -> assertThat(message).contains("HTTP " + value.asText());
                case "transient" -> assertThat(passing).isEqualTo(value.asBoolean());
                case "probes" -> assertThat(probes).isEqualTo(value.asLong());
                case "token_requests" -> assertThat(sent.size() - probes).isEqualTo(value.asLong());
                case "retry" -> assertThat(sent.size() > 1).isEqualTo(value.asBoolean());
                case "proceeds" -> assertThat(sent.size() > probes).isEqualTo(value.asBoolean());
                case "redirect_followed" ->
                    assertThat(sent.stream().anyMatch(each -> CaseServer.isElsewhere(each.url())))
                            .isEqualTo(value.asBoolean());
                case "total_delay_s_min" -> assertThat(slept()).isGreaterThanOrEqualTo(value.asLong() * 1000);
                case "total_delay_s_max" -> assertThat(slept()).isLessThan(value.asLong() * 1000);
                case "timeouts_s" ->
                    assertThat(sent).extracting(HttpRequest::connectMillis).isEqualTo(millis(value));
                case "connect_timeout_ms" ->
                    assertThat(sent.get(0).connectMillis()).isEqualTo(value.asInt());
                case "read_timeout_ms" -> assertThat(sent.get(0).totalMillis()).isEqualTo(value.asInt());
                case "token" -> assertThat(token.value()).isEqualTo(value.asText());
                case "expires_at" -> assertThat(token.expiresOn()).isEqualTo(Instant.parse(value.asText()));
                case "expires_at_epoch" ->
                    assertThat(token.expiresOn().getEpochSecond()).isEqualTo(value.asLong());
                default -> EndpointCases.assertSent(member, value, sent);
            }
        }
    }

    private void assertError(String error, String last) {
        assertThat(message.contains("accepts only a client ID"))
                .as(message)
                .isEqualTo(error.equals("user_assigned_kind_not_supported"));
        if (error.equals("managed_identity_unreachable_network")) {
            assertThat(last).isNotEqualTo("token");
        } else {
            assertThat(last).as(message).isEqualTo(error.equals("unavailable") ? "unavailable" : "failed");
        }
    }

    private long slept() {
        return time.sleeps().stream().mapToLong(Duration::toMillis).sum();
    }

    /** Null stands for no limit at all, which no request of ours is without. */
    private static List<Integer> millis(JsonNode seconds) {
        List<Integer> millis = new ArrayList<>();
        seconds.forEach(limit -> millis.add(limit.isNull() ? 0 : limit.asInt() * 1000));
        return millis;
    }
}
