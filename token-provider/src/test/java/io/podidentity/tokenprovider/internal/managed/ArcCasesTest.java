package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Azure Arc's challenge, and its echo of an identity. */
@Runs(kinds = {"arc_challenge", "arc_user_assigned"})
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
            "fail_closed", "does not say that it is for the identity");

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
        http.does(request -> new HttpResponse(given.path("status").asInt(401), body(given), null, challenge, null));
        http.answers(200, answer(given.path("response_echo"), given.path("identity")));
        Environment environment = environment(given);
        TokenSource source = new ArcTokenSource(
                environment, new File(own.toString()), EndpointCases.identity(given.path("identity")), http, time);

        Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST);

        String error = row.expected("error");
        if (error == null) {
            assertThat(failure).isNull();
            assertThat(http.requests().get(1).header("Authorization")).matches("Basic k+");
        } else {
            assertThat(failure.unavailable()).isFalse();
            assertThat(failure.message()).contains(MESSAGES.get(error));
            assertThat(http.requests()).hasSize(error.equals("fail_closed") ? 2 : 1);
        }
        for (String query : new String[] {"query_has", "second_leg_query_has"}) {
            http.requests()
                    .forEach(sent -> assertThat(EndpointCases.query(sent))
                            .containsAllEntriesOf(
                                    EndpointCases.texts(row.expected().path(query))));
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
        if (file.startsWith(root)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "k".repeat(size));
        }
    }
}
