package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Which host is asked for a managed identity, and how. */
@Runs(kinds = {"construct_mi", "mi_get_token", "mi_request", "scope_to_resource", "source_detection"})
class EndpointRequestCasesTest extends ConformanceRunner {
    private final FakeTime time = new FakeTime();

    @TempDir
    private Path root;

    @Override
    public void run(ConformanceCase row) throws Exception {
        switch (row.kind()) {
            case "source_detection" -> detect(row);
            case "mi_request" -> request(row);
            case "construct_mi" ->
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> construct(row.given().get("identity")));
            case "scope_to_resource" ->
                assertThat(TokenRequest.forScope(row.given("scope")).resource()).isEqualTo(row.expected("resource"));
            case "mi_get_token" -> getToken(row);
            default -> throw new AssertionError(row.kind());
        }
    }

    private static Object construct(JsonNode identity) {
        String kind = identity.fieldNames().next();
        String id = identity.get(kind).asText();
        return switch (kind) {
            case "client_id" -> UserAssignedIdentity.ofClientId(id);
            case "object_id" -> UserAssignedIdentity.ofObjectId(id);
            case "resource_id" -> UserAssignedIdentity.ofResourceId(id);
            default -> throw new AssertionError(kind);
        };
    }

    private void detect(ConformanceCase row) throws IOException {
        Path own = Files.createTempDirectory(root, "root");
        for (JsonNode file : row.given().path("files_present")) {
            Path path = Path.of(own.toString(), file.asText());
            Files.createDirectories(path.getParent());
            Files.createFile(path);
        }
        ManagedIdentityEndpoint host =
                ManagedIdentityEndpoint.of(EndpointCases.environment(row.given()), new File(own.toString()));
        assertThat(host == null ? "DEFAULT_TO_IMDS" : host.name()).isEqualTo(row.expected("source"));
    }

    private void request(ConformanceCase row) throws InterruptedException {
        FakeTransport http = new FakeTransport().answers(200, EndpointCases.TOKEN);
        TokenSource source = EndpointCases.source(
                EndpointCases.environment(row.given()),
                root,
                http,
                time,
                EndpointCases.identity(row.given().path("identity")));
        String scope = row.given("scope");
        TokenRequest request = scope == null
                ? EndpointCases.REQUEST
                : TokenRequest.forScope(scope)
                        .withDeadline(EndpointCases.REQUEST.deadline().orElseThrow());

        Failed failure = EndpointCases.failure(source, request);

        JsonNode expected = row.expected();
        assertThat(failure != null).isEqualTo(expected.has("error"));
        if (failure != null) {
            assertThat(http.requests()).isEmpty();
            return;
        }
        HttpRequest sent = http.requests().get(0);
        assertThat(sent.direct()).isTrue();
        if (expected.has("method")) {
            assertThat(sent.form() == null ? "GET" : "POST").isEqualTo(row.expected("method"));
        }
        if (expected.has("url")) {
            assertThat((sent.url() + "?").split("\\?", -1)[0]).isEqualTo(row.expected("url"));
        }
        for (Map.Entry<String, String> header :
                EndpointCases.texts(expected.path("headers")).entrySet()) {
            String value = header.getKey().equals("Content-Type") && sent.form() != null
                    ? "application/x-www-form-urlencoded"
                    : sent.header(header.getKey());
            assertThat(value).isEqualTo(header.getValue());
        }
        if (expected.has("query")) {
            assertThat(EndpointCases.query(sent)).isEqualTo(EndpointCases.texts(expected.get("query")));
        }
        if (expected.has("form")) {
            assertThat(EndpointCases.members(sent.form())).isEqualTo(EndpointCases.texts(expected.get("form")));
        }
    }

    private void getToken(ConformanceCase row) throws InterruptedException {
        if (row.given().has("scopes")) {
            JsonNode scopes = row.given().get("scopes");
            // One scope, so none and two cannot even be written; the bridge to the Azure SDK refuses them.
            if (scopes.size() == 1) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> TokenRequest.forScope(scopes.get(0).asText()));
            } else {
                assertThat(row.expected("error")).isEqualTo("argument_error");
            }
            return;
        }
        FakeTransport http = new FakeTransport().answers(200, EndpointCases.TOKEN);
        TokenSource source = EndpointCases.source(EndpointCases.environment(row.given()), root, http, time, null);
        Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST);
        assertThat(failure).isNotNull();
        assertThat(failure.unavailable()).isFalse();
        assertThat(http.requests()).isEmpty();
    }
}
