package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenRequestContext;
import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The Azure CLI as the Azure SDKs for Go, Java and .NET run it. */
@Runs(kinds = {"cli_argv", "cli_failure", "cli_output"})
class AzureCliCasesTest extends ConformanceRunner {
    private static final String ANSWER = "{\"accessToken\":\"t\",\"expires_on\":4102444800}";

    @TempDir
    private Path root;

    /** A new one for each case. */
    private Path folder;

    @Override
    public void run(ConformanceCase row) throws Exception {
        folder = Files.createTempDirectory(root, "case");
        new ToolFolder(folder).install("az", script(row));
        switch (row.kind()) {
            case "cli_argv" -> argv(row);
            case "cli_failure" -> failure(row);
            default -> output(row);
        }
    }

    private void argv(ConformanceCase row) {
        FakeProcessRunner processes = new FakeProcessRunner().ends(0, ANSWER, "");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(source(row, processes)))
                .build();
        TokenRequestContext context = new TokenRequestContext().setTenantId(row.given("tenant"));
        row.given().path("scopes").forEach(scope -> context.addScopes(scope.asText()));
        if (context.getScopes().isEmpty()) {
            context.addScopes(row.given("scope") == null ? "https://r/.default" : row.given("scope"));
        }
        TokenProviderCredential credential = new TokenProviderCredential(provider);
        boolean later = "async".equals(row.given("mode"));
        if (row.expected("error") != null) {
            assertThatThrownBy(() -> {
                        if (later) {
                            credential.getToken(context).block();
                        } else {
                            credential.getTokenSync(context);
                        }
                    })
                    .isInstanceOfAny(IllegalArgumentException.class, TokenAcquisitionException.class);
            assertThat(processes.commands()).isEmpty();
            return;
        }
        credential.getTokenSync(context);
        List<String> command = processes.commands().get(0);
        assertThat(command.get(0)).isEqualTo(folder.resolve("az").toString());
        if (row.expected("argv") != null) {
            List<String> words = new ArrayList<>(Arrays.asList(row.expected("argv")
                    .replace("\"", "")
                    .replace(" -o ", " --output ")
                    .split(" ")));
            words.remove(0);
            assertThat(String.join(" ", command.subList(1, command.size()))).isEqualTo(String.join(" ", words));
        }
    }

    private void failure(ConformanceCase row) throws Exception {
        String stderr = row.given("stderr") == null ? "" : row.given("stderr");
        FakeProcessRunner processes =
                new FakeProcessRunner().ends(row.given().path("exit").asInt(), "", stderr);
        if (row.given().path("timeout").asBoolean()) {
            processes.isKilled("", stderr);
        }
        if ("NOT_INSTALLED".equals(row.expected("reason"))) {
            // The other library gets this from a shell; ours looks at the file system.
            assertThat(folder.resolve("az").toFile().delete()).isTrue();
        }
        TokenSource source = source(row, processes);
        if (row.expected("error").equals("authentication_failed")) {
            assertThatThrownBy(() -> source.acquire(request()))
                    .isInstanceOf(TokenAcquisitionException.class)
                    .hasMessageContaining(row.expected("message_contains"));
            return;
        }
        TokenSource.Outcome outcome = source.acquire(request());
        assertThat(outcome).isInstanceOf(Unavailable.class);
        String reason = ((Unavailable) outcome).reason();
        if (row.expected("reason") != null) {
            assertThat(reason)
                    .isEqualTo(
                            row.expected("reason").equals("NOT_INSTALLED")
                                    ? "az is not installed"
                                    : "nobody is logged in to az");
        }
    }

    private void output(ConformanceCase row) throws Exception {
        ProcessRunner processes = row.given().has("stderr_bytes")
                ? new SystemProcessRunner(new ToolFolder(folder).environment(Map.of()))
                : new FakeProcessRunner()
                        .ends(0, stdout(row), row.given().path("stderr").asText());

        AccessToken token = ((Acquired) source(row, processes).acquire(request())).token();

        assertThat(token.value()).isEqualTo("t");
        if (row.expected().has("expires_at_one_of")) {
            Instant earliest = null;
            for (JsonNode moment : row.expected().get("expires_at_one_of")) {
                Instant instant = Instant.parse(moment.asText());
                earliest = earliest == null || instant.isBefore(earliest) ? instant : earliest;
            }
            assertThat(token.expiresOn()).isEqualTo(earliest);
        } else if (row.expected("expires_at") != null) {
            assertThat(token.expiresOn()).isEqualTo(moment(row.expected("expires_at")));
        }
    }

    private static Instant moment(String text) {
        return text.startsWith("local ")
                ? LocalDateTime.parse(text.substring("local ".length(), text.indexOf(" converted")))
                        .atZone(ZoneId.systemDefault())
                        .toInstant()
                : Instant.parse(text);
    }

    private static String stdout(ConformanceCase row) {
        if (row.given().has("json")) {
            return row.given().get("json").toString();
        }
        return "{...}".equals(row.given("stdout")) ? ANSWER : row.given("stdout");
    }

    /** What real installations of az do: a long warning first, then the answer. */
    private static String script(ConformanceCase row) {
        return row.given().has("stderr_bytes")
                ? "head -c " + row.given("stderr_bytes") + " /dev/zero | tr '\\0' x >&2\necho '" + stdout(row) + "'\n"
                : "";
    }

    private TokenSource source(ConformanceCase row, ProcessRunner processes) {
        String zone = row.given("tz");
        String subscription = row.given("subscription");
        return new AzureCliTokenSource(
                new ToolFolder(folder).environment(Map.of()),
                processes,
                new FakeTime(),
                zone == null || zone.equals("local") ? null : ZoneId.of(zone),
                subscription == null || subscription.isEmpty() ? null : subscription);
    }

    private static TokenRequest request() {
        return TokenRequest.forResource("https://r").withDeadline(Duration.ofSeconds(10));
    }
}
