// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.core.credential.TokenRequestContext;
import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointPlay;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Which host is asked for a managed identity, and how. */
@Runs({
    @Kind(
            name = "construct_mi",
            given = "{identity: {client_id: 'text', object_id: 'text', resource_id: 'text'}}",
            expected = "{error: 'failure', result: 'ok|error'}"),
    @Kind(name = "mi_get_token", given = "{scopes: ['text'], env: {'*': 'text'}}", expected = """
                {error: 'argument_error|authentication_failed', result: 'token|failed', http_requests: 'number',
                requests: 'number', sends: 'number', message_contains: 'texts', message_lacks: 'texts', url: 'text',
                query_has: {'*': 'text'}, query_lacks: ['text']}
                """),
    @Kind(name = "mi_request", given = "{" + EndpointPlay.GIVEN + "}", expected = "{" + EndpointPlay.EXPECTED + "}"),
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
            case "mi_request" -> EndpointPlay.play(row, time, root, Duration.ZERO);
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
                ManagedIdentityEndpoint.findAnnounced(EndpointCases.environment(row.given()), new File(own.toString()));
        String expected = "MACHINE_LEARNING".equals(row.expected("source")) ? "AZURE_ML" : row.expected("source");
        assertThat(host == null ? "DEFAULT_TO_IMDS" : host.name()).isEqualTo(expected);
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
        EndpointCases.assertMessage(row.expected(), String.valueOf(failure));
        row.expected()
                .properties()
                .forEach(member -> EndpointCases.assertSent(member.getKey(), member.getValue(), http.requests()));
    }
}
