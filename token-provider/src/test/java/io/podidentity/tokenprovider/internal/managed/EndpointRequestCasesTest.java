package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.core.credential.TokenRequestContext;
import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Which host is asked for a managed identity, and how. */
@Runs({
    @Kind(
            name = "construct_mi",
            given = "{identity: {client_id: 'text', object_id: 'text', resource_id: 'text'}}",
            expected = "{error: 'failure', result: 'ok|error'}"),
    @Kind(name = "mi_get_token", given = "{scopes: ['text'], env: {'*': 'text'}}", expected = """
        {error: 'argument_error|authentication_failed', result: 'token|failed',
        http_requests: 'number'}
        """),
    @Kind(name = "mi_request", given = """
        {env: {'*': 'text'}, os: 'linux|windows', identity: {client_id: 'text', object_id: 'text',
        resource_id: 'text'}, scope: 'text'}
        """, expected = """
            {method: 'GET|POST', url: 'text', headers: {'*': 'text'}, query: {'*': 'text'},
            form: {'*': 'text'}, query_has: {'*': 'text'}, query_lacks: ['text'],
            no_double_slash: 'truth',
            error: 'user_assigned_not_supported|user_assigned_kind_not_supported|authentication_failed',
            http_requests: 'number'}
            """),
    @Kind(name = "scope_to_resource", given = "{scope: 'text'}", expected = "{resource: 'text'}"),
    @Kind(
            name = "source_detection",
            given = "{env: {'*': 'text'}, files_present: ['text'], os: 'linux|windows|darwin'}",
            expected = """
                {source: 'DEFAULT_TO_IMDS|SERVICE_FABRIC|APP_SERVICE|OLD_APP_SERVICE|AZURE_ML|MACHINE_LEARNING|CLOUD_SHELL|AZURE_ARC'}
                """)
})
class EndpointRequestCasesTest extends ConformanceRunner {
    private final FakeTime time = new FakeTime();

    @TempDir
    private Path root;

    @Override
    public void run(ConformanceCase row) throws Exception {
        switch (row.kind()) {
            case "source_detection" -> detect(row);
            case "mi_request" -> request(row);
            case "construct_mi" -> construct(row);
            case "scope_to_resource" ->
                assertThat(TokenRequest.forScope(row.given("scope")).resource()).isEqualTo(row.expected("resource"));
            case "mi_get_token" -> getToken(row);
            default -> throw new AssertionError(row.kind());
        }
    }

    /** Two identities at once cannot be written; one that is empty is refused. */
    private static void construct(ConformanceCase row) {
        JsonNode identity = row.given().path("identity");
        boolean refused = identity.size() > 1;
        try {
            EndpointCases.identity(identity);
        } catch (IllegalArgumentException e) {
            refused = true;
        }
        boolean expected = row.expected().has("error") || "error".equals(row.expected("result"));
        assertThat(refused).isEqualTo(expected);
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
        String expected = "MACHINE_LEARNING".equals(row.expected("source")) ? "AZURE_ML" : row.expected("source");
        assertThat(host == null ? "DEFAULT_TO_IMDS" : host.name()).isEqualTo(expected);
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
        if (expected.has("http_requests")) {
            assertThat(http.requests()).hasSize(expected.get("http_requests").asInt());
        }
        if (failure != null) {
            assertThat(http.requests()).isEmpty();
            assertThat(failure.message().contains("takes a client ID only"))
                    .as(failure.message())
                    .isEqualTo("user_assigned_kind_not_supported".equals(row.expected("error")));
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
        if (expected.has("no_double_slash")) {
            assertThat(!sent.url().substring("https://".length()).contains("//"))
                    .isEqualTo(expected.get("no_double_slash").asBoolean());
        }
        String members = sent.form() == null ? sent.url().substring(sent.url().indexOf('?') + 1) : sent.form();
        assertThat(EndpointCases.members(members))
                .containsAllEntriesOf(EndpointCases.texts(expected.path("query_has")))
                .doesNotContainKeys(EndpointCases.list(expected.path("query_lacks")));
        if (expected.has("form")) {
            assertThat(EndpointCases.members(sent.form())).isEqualTo(EndpointCases.texts(expected.get("form")));
        }
    }

    /** Through the bridge to the Azure SDK, whose requests can have no scope, and several. */
    private void getToken(ConformanceCase row) {
        FakeTransport http = new FakeTransport().answers(200, EndpointCases.TOKEN);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(EndpointCases.source(EndpointCases.environment(row.given()), root, http, time, null)))
                .build();
        TokenRequestContext context = new TokenRequestContext();
        if (row.given().has("scopes")) {
            row.given().get("scopes").forEach(scope -> context.addScopes(scope.asText()));
        } else {
            context.addScopes(EndpointCases.RESOURCE + "/.default");
        }

        Throwable failure = catchThrowable(() -> new TokenProviderCredential(provider).getTokenSync(context));

        boolean argument = failure instanceof IllegalArgumentException;
        assertThat(failure == null ? null : argument ? "argument_error" : "authentication_failed")
                .isEqualTo(row.expected("error"));
        assertThat(failure != null).isEqualTo(EndpointCases.fails(row.expected()));
        if (row.expected().has("http_requests")) {
            assertThat(http.requests())
                    .hasSize(row.expected().get("http_requests").asInt());
        }
    }
}
