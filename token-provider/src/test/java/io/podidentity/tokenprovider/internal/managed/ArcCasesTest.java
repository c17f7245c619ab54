// SPDX-License-Identifier: Apache-2.0
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
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Azure Arc's challenge, and its echo of an identity. */
@Runs({
    @Kind(name = "arc_challenge", given = """
                {status: 'number', headers: {'*': 'text'}, body: 'json', file: 'ok|missing',
                file_size: 'number', os: 'linux|windows|darwin', env: {'*': 'text'}}
                """, expected = """
                {error: 'failure', result: 'token|failed', second_leg: 'truth', file_read: 'truth',
                message_contains: 'texts', message_lacks: 'texts', requests: 'number', http_requests: 'number',
                headers: {'*': 'text'}, query_has: {'*': 'text'}}
                """),
    @Kind(name = "arc_user_assigned", given = """
        {identity: {client_id: 'text', object_id: 'text', resource_id: 'text'},
        response_echo: {'*': 'text'}, challenge: 'truth'}
        """, expected = """
            {error: 'failure', result: 'token|failed', query_has: {'*': 'text'},
            second_leg_query_has: {'*': 'text'}, compare: 'ignore_case|exact', message_contains: 'texts',
            message_lacks: 'texts', requests: 'number', http_requests: 'number'}
            """)
})
class ArcCasesTest extends ConformanceRunner {
    private static final String FOLDER = "/var/opt/azcmagent/tokens/";
    /** What each error of the cases is called here. */
    private static final Map<String, String> MESSAGES = Map.of(
            "managed_identity_request_failed", "HTTP 401 without a challenge",
            "invalid_challenge", "HTTP 401 with a challenge that is not 'Basic realm=FILE'",
            "expected_401", "to a request that it must refuse first",
            "invalid_file_extension", "keys are files *.key in",
            "invalid_file_path", "keys are files *.key in",
            "file_not_found", "is not there",
            "file_too_large", "is longer than 4096 bytes",
            "program_data_not_set", "ProgramData is not set",
            "fail_closed", " the identity with ");

    @TempDir
    private Path root;

    private final FakeTime time = new FakeTime();

    @Override
    public void run(ConformanceCase row) throws Exception {
        JsonNode given = row.given();
        Path own = Files.createTempDirectory(root, "root");
        String challenge = challenge(given);
        if (given.has("file_size")
                || (given.path("file").asText("ok").equals("ok")
                        && !given.path("os").asText().equals("darwin"))) {
            write(own, challenge, given.path("file_size").asInt(32));
        }
        FakeTransport http = new FakeTransport();
        http.does(request ->
                new HttpResponse(given.path("status").asInt(401), body(given), null, challenge, null, null, null));
        http.answers(200, answer(given.path("response_echo"), given.path("identity")));
        Environment environment = environment(given);
        TokenSource source = new ArcTokenSource(
                new SourceContext(environment, new File(own.toString()), http, time),
                EndpointCases.identity(given.path("identity")));

        Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST);

        List<HttpRequest> sent = http.requests();
        boolean second = sent.size() > 1;
        String error = row.expected("error");
        assertThat(failure == null).as(String.valueOf(failure)).isNotEqualTo(EndpointCases.fails(row.expected()));
        EndpointCases.assertMessage(row.expected(), failure == null ? "" : failure.message());
        row.expected()
                .properties()
                .forEach(member -> EndpointCases.assertSent(member.getKey(), member.getValue(), sent));
        if (failure == null) {
            assertThat(Forms.header(sent.get(1), "Authorization")).matches("Basic k+");
        } else {
            assertThat(failure.unavailable()).isFalse();
            assertThat(failure.message()).contains(error == null ? "" : MESSAGES.getOrDefault(error, ""));
            assertThat(second).isEqualTo("fail_closed".equals(error));
        }
        JsonNode expected = row.expected();
        if (expected.has("compare")) {
            // The echo and the identity differ in case alone.
            assertThat(given.get("response_echo").elements().next().asText())
                    .isNotEqualTo(given.get("identity").elements().next().asText());
            assertThat(expected.get("compare").asText()).isEqualTo("ignore_case");
        }
        // What was read of a file is shown to the agent, and to nobody else.
        for (String member : List.of("second_leg", "file_read")) {
            if (expected.has(member)) {
                assertThat(second).isEqualTo(expected.get(member).asBoolean());
            }
        }
        if (expected.has("second_leg_query_has")) {
            assertThat(EndpointCases.query(sent.get(1)))
                    .containsAllEntriesOf(EndpointCases.texts(expected.get("second_leg_query_has")));
        }
    }

    private static Environment environment(JsonNode given) {
        Environment own = EndpointCases.environment(given);
        Map<String, String> variables =
                new HashMap<>(EndpointCases.environment("AZURE_ARC").variables());
        variables.putAll(own.variables());
        return new Environment(variables, false, own.windows(), "/nowhere");
    }

    private static String challenge(JsonNode given) {
        if (given.has("headers")) {
            return given.get("headers").properties().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase("WWW-Authenticate"))
                    .map(header -> header.getValue().asText())
                    .findFirst()
                    .orElse(null);
        }
        return "Basic realm=" + FOLDER + "a.key";
    }

    private static String body(JsonNode given) {
        return given.path("body").isMissingNode() ? "" : given.get("body").toString();
    }

    /** A token and the echo; by default that of the identity that was asked for. */
    private static String answer(JsonNode echo, JsonNode identity) {
        StringBuilder members = new StringBuilder();
        (echo.isMissingNode() ? identity : echo)
                .properties()
                .forEach(member -> members.append(",\"")
                        .append(member.getKey().equals("resource_id") ? "msi_res_id" : member.getKey())
                        .append("\":")
                        .append(member.getValue()));
        return EndpointCases.TOKEN.replace("}", members + "}");
    }

    private static void write(Path root, String challenge, int size) throws IOException {
        int equals = challenge == null ? -1 : challenge.indexOf('=');
        Path file = Path.of(root.toString(), equals < 0 ? FOLDER + "a.key" : challenge.substring(equals + 1))
                .normalize();
        if (file.startsWith(root) && !file.equals(root)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "k".repeat(size));
        }
    }
}
