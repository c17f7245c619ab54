package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenRequestContext;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The Azure Developer CLI as the Azure SDKs for Go and Java run it. */
@Runs(kinds = {"azd_argv", "azd_error_go", "azd_error_java", "azd_output"})
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
                assertThat(AzureDeveloperCliFailure.message(row.given("output")))
                        .isEqualTo(row.expected("message"));
            default -> errorShown(row);
        }
    }

    /** These cases write a scope as the resource, so {@code /.default} is appended to one that does not end with it. */
    private void argv(ConformanceCase row) throws Exception {
        if (row.given().get("scopes").size() > 1) {
            twoScopes(row);
            return;
        }
        String given = row.given().get("scopes").get(0).asText();
        TokenRequest request = TokenRequest.forScope(given)
                .withTenantId(row.given("tenant"))
                .withClaims(row.given("claims"))
                .withDeadline(Duration.ofSeconds(10));
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(0, "{\"token\":\"t\",\"expiresOn\":\"2026-02-03T04:05:06Z\"}", "");

        source(processes).acquire(request);

        List<String> command = processes.commands().get(0);
        assertThat(command.get(0)).isEqualTo(folder.resolve("azd").toString());
        String words = "azd " + String.join(" ", command.subList(1, command.size())) + " ";
        if (row.expected("argv_contains") != null) {
            assertThat(words).contains(" " + row.expected("argv_contains") + " ");
        } else {
            assertThat(words)
                    .isEqualTo((row.expected("argv") + " ")
                            .replace(" -o ", " --output ")
                            .replace(" " + given + " ", " " + request.scope() + " "));
        }
    }

    private void twoScopes(ConformanceCase row) {
        FakeProcessRunner processes = new FakeProcessRunner();
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(source(processes)))
                .build();
        TokenRequestContext context = new TokenRequestContext();
        row.given().get("scopes").forEach(scope -> context.addScopes(scope.asText()));

        assertThatThrownBy(() -> new TokenProviderCredential(provider).getTokenSync(context))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(processes.commands()).isEmpty();
    }

    private void output(ConformanceCase row) throws Exception {
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(0, row.given().get("json").toString(), "");

        AccessToken token = ((Acquired)
                        source(processes).acquire(TokenRequest.forResource("r").withDeadline(Duration.ofSeconds(10))))
                .token();

        assertThat(token.value()).isEqualTo(row.expected("token"));
        assertThat(token.expiresOn()).isEqualTo(Instant.parse(row.expected("expires_at")));
    }

    private void errorShown(ConformanceCase row) throws Exception {
        FakeProcessRunner processes = new FakeProcessRunner().ends(1, "", row.given("stderr"));

        TokenSource.Unavailable outcome = (TokenSource.Unavailable)
                source(processes).acquire(TokenRequest.forResource("r").withDeadline(Duration.ofSeconds(10)));

        String message = row.expected("message");
        assertThat(outcome.reason())
                .isEqualTo("azd failed with exit code 1" + (message.isEmpty() ? "" : ": " + message));
    }

    private TokenSource source(ProcessRunner processes) {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("azd");
        return new AzureDeveloperCliTokenSource(tools.environment(Map.of()), processes);
    }
}
