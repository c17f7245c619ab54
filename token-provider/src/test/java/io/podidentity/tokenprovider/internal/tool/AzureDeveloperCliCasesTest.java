// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The Azure Developer CLI as the Azure SDKs for Go and Java run it. */
@Runs({
    @Kind(name = "azd_argv", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "azd_output", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "azd_error_go", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "azd_error_java", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "azd_failure", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}")
})
class AzureDeveloperCliCasesTest extends ConformanceRunner {
    @TempDir
    private Path root;

    /** A new one for each case. */
    private Path folder;

    @Override
    public void run(ConformanceCase row) throws Exception {
        folder = Files.createTempDirectory(root, "case");
        switch (row.kind()) {
            case "azd_argv" -> argv(row);
            case "azd_output" -> output(row);
            case "azd_error_java" ->
                assertThat(AzureDeveloperCliTokenSource.findMessage(row.given("output")))
                        .isEqualTo(row.expected("message"));
            case "azd_failure" -> failure(row);
            default -> errorShown(row);
        }
    }

    /** These cases write S for a scope, and a scope of ours ends with {@code /.default}. */
    private void argv(ConformanceCase row) {
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(0, "{\"token\":\"t\",\"expiresOn\":\"2126-02-03T04:05:06Z\"}", "");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(source(processes)))
                .build();
        TokenRequestContext context =
                new TokenRequestContext().setTenantId(row.given("tenant")).setClaims(row.given("claims"));
        row.given().path("scopes").forEach(scope -> context.addScopes(scope.asText()));
        if (!row.given().has("scopes")) {
            context.addScopes(row.given().path("scope").asText("https://r/.default"));
        }

        Throwable failure = catchThrowable(() -> new TokenProviderCredential(provider).getTokenSync(context));

        assertThat(failure != null)
                .as(String.valueOf(failure))
                .isEqualTo(row.expected().has("error"));
        if (row.expected().has("process_started")) {
            assertThat(!processes.commands().isEmpty())
                    .isEqualTo(row.expected().get("process_started").asBoolean());
        }
        if (failure != null) {
            assertThat(failure).isInstanceOfAny(IllegalArgumentException.class, ClientAuthenticationException.class);
            assertThat(processes.commands()).isEmpty();
            return;
        }
        List<String> command = new ArrayList<>(processes.commands().get(0));
        assertThat(command.get(0)).isEqualTo(folder.resolve("azd").toString());
        String scope = row.given().path("scopes").path(0).asText("https://r/.default");
        command.replaceAll(word -> word.equals(scope + "/.default") ? scope : word);
        ToolCases.assertArguments(row.expected(), "azd", command);
    }

    private void output(ConformanceCase row) throws Exception {
        FakeProcessRunner processes = ToolCases.processes(row);
        if (EndpointCases.fails(row.expected())) {
            ToolCases.assertFailure(
                    row, ToolCases.failure(source(processes), ToolCases.request(row)), "nobody is logged in");
            return;
        }

        AccessToken token = ((Acquired) source(processes).acquire(ToolCases.request(row))).token();

        assertThat(EndpointCases.fails(row.expected())).isFalse();
        if (row.expected().has("token")) {
            assertThat(token.value()).isEqualTo(row.expected("token"));
        }
        ToolCases.assertExpiry(row, token);
    }

    private void errorShown(ConformanceCase row) throws Exception {
        int exit = row.given().path("exit").asInt(1);
        FakeProcessRunner processes = new FakeProcessRunner().ends(exit, "", row.given("stderr"));

        ToolCases.Failure failure = ToolCases.failure(source(processes), ToolCases.request(row));

        ToolCases.assertFailure(row, failure, "nobody is logged in to azd");
        if (row.expected().has("message") && failure.message().startsWith("azd failed")) {
            String message = row.expected("message");
            assertThat(failure.message())
                    .startsWith(
                            "azd failed with exit code " + exit + (message.isEmpty() ? ". " : ": " + message + ". "));
        }
    }

    private void failure(ConformanceCase row) throws Exception {
        // The other libraries learn from a shell that there is no such program; ours looks at the file system.
        boolean installed = !ToolCases.isNotFoundByShell(row);
        FakeProcessRunner processes = ToolCases.processes(row);
        ToolCases.assertFailure(
                row,
                ToolCases.failure(source(processes, installed), ToolCases.request(row)),
                installed ? "nobody is logged in to azd" : "azd is not installed");
        assertThat(processes.commands()).hasSize(installed ? 1 : 0);
    }

    private TokenSource source(ProcessRunner processes) {
        return source(processes, true);
    }

    private TokenSource source(ProcessRunner processes, boolean installed) {
        ToolFolder tools = new ToolFolder(folder);
        if (installed) {
            tools.install("azd");
        }
        return new AzureDeveloperCliTokenSource(tools.environment(Map.of()), processes);
    }
}
