// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.core.credential.TokenRequestContext;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Azure PowerShell as the Azure SDKs for Go and Java run it. */
@Runs({
    @Kind(name = "powershell", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "powershell_failure", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "powershell_output", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "powershell_expiry", given = "{text: 'text?'}", expected = "{expires_at: 'text?'}")
})
class AzurePowerShellCasesTest extends ConformanceRunner {
    @TempDir
    private Path root;

    /** A new one for each case. */
    private Path folder;

    @Override
    public void run(ConformanceCase row) throws Exception {
        folder = Files.createTempDirectory(root, "case");
        switch (row.kind()) {
            case "powershell" -> call(row);
            case "powershell_expiry" ->
                assertThat(AzurePowerShellTokenSource.readExpiry(row.given("text")))
                        .isEqualTo(
                                row.expected("expires_at") == null ? null : Instant.parse(row.expected("expires_at")));
            case "powershell_failure" -> failure(row);
            default -> output(row);
        }
    }

    /** A call that gets a token, or is refused before PowerShell is started. */
    private void call(ConformanceCase row) {
        FakeProcessRunner processes = new FakeProcessRunner().ends(0, "{\"Token\":\"t\",\"ExpiresOn\":4102444800}", "");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(source(processes, true)))
                .build();
        TokenRequestContext context =
                new TokenRequestContext().setTenantId(row.given("tenant")).setClaims(row.given("claims"));
        row.given().path("scopes").forEach(scope -> context.addScopes(scope.asText()));
        if (!row.given().has("scopes")) {
            context.addScopes(row.given("scope") == null ? "https://r/.default" : row.given("scope"));
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
            ToolCases.assertContains(row.expected().path("message_contains"), failure.getMessage());
            assertThat(row.expected("message_lacks") == null
                            || !failure.getMessage().contains(row.expected("message_lacks")))
                    .isTrue();
        }
        if (row.expected().has("script_contains")) {
            List<String> command = processes.commands().get(0);
            byte[] script = Base64.getDecoder().decode(command.get(command.size() - 1));
            ToolCases.assertContains(
                    row.expected().get("script_contains"), new String(script, StandardCharsets.UTF_16LE));
        }
    }

    private void failure(ConformanceCase row) throws Exception {
        // The other library learns from a shell that there is no such program; ours looks at the file system.
        boolean installed = !ToolCases.isNotFoundByShell(row);
        FakeProcessRunner processes = ToolCases.processes(row);
        ToolCases.assertFailure(
                row,
                ToolCases.failure(source(processes, installed), ToolCases.request(row)),
                installed ? "nobody is logged in to Azure PowerShell" : "PowerShell is not installed");
        assertThat(processes.commands()).hasSize(installed ? 1 : 0);
    }

    private void output(ConformanceCase row) throws Exception {
        FakeProcessRunner processes = ToolCases.processes(row);
        if (EndpointCases.fails(row.expected())) {
            ToolCases.assertFailure(
                    row, ToolCases.failure(source(processes, true), ToolCases.request(row)), "nobody is logged in");
            return;
        }

        AccessToken token = ((Acquired) source(processes, true).acquire(ToolCases.request(row))).token();

        assertThat(EndpointCases.fails(row.expected())).isFalse();
        assertThat(token.value()).isEqualTo(row.expected("token") == null ? "t" : row.expected("token"));
        ToolCases.assertExpiry(row, token);
    }

    private TokenSource source(ProcessRunner processes, boolean installed) {
        ToolFolder tools = new ToolFolder(folder);
        if (installed) {
            tools.install("pwsh");
        }
        return new AzurePowerShellTokenSource(tools.environment(Map.of()), processes);
    }
}
