package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Azure PowerShell as the Azure SDKs for Go and Java run it. */
@Runs(kinds = {"powershell", "powershell_expiry", "powershell_failure", "powershell_output"})
class AzurePowerShellCasesTest extends ConformanceRunner {
    @TempDir
    private Path root;

    /** A new one for each case. */
    private Path folder;

    @Override
    public void run(ConformanceCase row) throws Exception {
        folder = Files.createTempDirectory(root, "case");
        switch (row.kind()) {
            case "powershell" -> claims(row);
            case "powershell_expiry" ->
                assertThat(AzurePowerShellTokenSource.expiresOn(row.given("text")))
                        .isEqualTo(
                                row.expected("expires_at") == null ? null : Instant.parse(row.expected("expires_at")));
            case "powershell_failure" -> failure(row);
            default -> output(row);
        }
    }

    private void claims(ConformanceCase row) {
        FakeProcessRunner processes = new FakeProcessRunner();
        TokenSource source = source(processes, true);

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> source.acquire(request().withClaims(row.given("claims"))));

        for (JsonNode part : row.expected().get("message_contains")) {
            assertThat(failure).hasMessageContaining(part.asText());
        }
        assertThat(processes.commands()).isEmpty();
    }

    private void failure(ConformanceCase row) throws Exception {
        // The other library learns from a shell that there is no such program; ours looks at the file system.
        boolean installed = !"NOT_INSTALLED".equals(row.expected("reason"));
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(row.given().path("exit").asInt(), row.given("output"), "");

        Unavailable outcome = (Unavailable) source(processes, installed).acquire(request());

        String contained = row.expected("message_contains");
        assertThat(outcome.reason() + ". " + outcome.remedy())
                .contains(installed && contained != null ? contained : "PowerShell");
        assertThat(processes.commands()).hasSize(installed ? 1 : 0);
    }

    private void output(ConformanceCase row) throws Exception {
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(0, row.given().get("json").toString(), "");

        AccessToken token = ((Acquired) source(processes, true).acquire(request())).token();

        assertThat(token.value()).isEqualTo(row.given().get("json").get("Token").asText());
        assertThat(token.expiresOn()).isEqualTo(Instant.parse(row.expected("expires_at")));
    }

    private TokenSource source(ProcessRunner processes, boolean installed) {
        ToolFolder tools = new ToolFolder(folder);
        if (installed) {
            tools.install("pwsh");
        }
        return new AzurePowerShellTokenSource(tools.environment(Map.of()), processes);
    }

    private static TokenRequest request() {
        return TokenRequest.forResource("https://r").withDeadline(Duration.ofSeconds(10));
    }
}
