// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.fasterxml.jackson.databind.JsonNode;
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
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The Azure CLI as the Azure SDKs for Go, Java and .NET run it. */
@Runs({
    @Kind(name = "cli_argv", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(name = "cli_failure", given = "{" + ToolCases.GIVEN + "}", expected = "{" + ToolCases.EXPECTED + "}"),
    @Kind(
            name = "cli_output",
            given = "{" + ToolCases.GIVEN + "}",
            expected = "{" + ToolCases.EXPECTED + "}",
            notes = {"safe_choice", "zone", "note", "no_deadlock"})
})
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
        TokenRequestContext context =
                new TokenRequestContext().setTenantId(row.given("tenant")).setClaims(row.given("claims"));
        row.given().path("scopes").forEach(scope -> context.addScopes(scope.asText()));
        if (!row.given().has("scopes")) {
            context.addScopes(row.given("scope") == null ? "https://r/.default" : row.given("scope"));
        }
        TokenProviderCredential credential = new TokenProviderCredential(provider);

        Throwable failure = catchThrowable(() -> {
            if ("async".equals(row.given("mode"))) {
                credential.getToken(context).block();
            } else {
                credential.getTokenSync(context);
            }
        });

        assertThat(failure != null).as(String.valueOf(failure)).isEqualTo(EndpointCases.fails(row.expected()));
        if (row.expected().has("process_started")) {
            assertThat(!processes.commands().isEmpty())
                    .isEqualTo(row.expected().get("process_started").asBoolean());
        }
        if (failure != null) {
            assertThat(failure).isInstanceOfAny(IllegalArgumentException.class, ClientAuthenticationException.class);
            assertThat(processes.commands()).isEmpty();
            ToolCases.assertContains(row.expected().path("message_contains"), failure.getMessage());
            return;
        }
        List<String> command = processes.commands().get(0);
        assertThat(command.get(0)).isEqualTo(folder.resolve("az").toString());
        ToolCases.assertArguments(row.expected(), "az", command);
    }

    private void failure(ConformanceCase row) throws Exception {
        // The other libraries get this from a shell; ours looks at the file system.
        boolean installed = !ToolCases.isNotFoundByShell(row);
        if (!installed) {
            assertThat(folder.resolve("az").toFile().delete()).isTrue();
        }
        ToolCases.assertFailure(
                row,
                ToolCases.failure(source(row, ToolCases.processes(row)), ToolCases.request(row)),
                installed ? "nobody is logged in to az" : "az is not installed");
    }

    private void output(ConformanceCase row) throws Exception {
        ProcessRunner processes = row.given().has("stderr_bytes")
                ? new SystemProcessRunner(new ToolFolder(folder).environment(Map.of()))
                : new FakeProcessRunner()
                        .ends(
                                row.given().path("exit").asInt(),
                                stdout(row),
                                row.given().path("stderr").asText());
        if (EndpointCases.fails(row.expected())) {
            ToolCases.assertFailure(
                    row, ToolCases.failure(source(row, processes), ToolCases.request(row)), "nobody is logged in");
            return;
        }

        AccessToken token = ((Acquired) source(row, processes).acquire(ToolCases.request(row))).token();

        assertThat(token.value()).isEqualTo(row.expected("token") == null ? "t" : row.expected("token"));
        assertThat(EndpointCases.fails(row.expected())).isFalse();
        if (row.expected().has("expires_at_one_of")) {
            Instant earliest = null;
            for (JsonNode moment : row.expected().get("expires_at_one_of")) {
                Instant instant = Instant.parse(moment.asText());
                earliest = earliest == null || instant.isBefore(earliest) ? instant : earliest;
            }
            assertThat(token.expiresOn()).isEqualTo(earliest);
        }
        if (row.expected().has("expires_at")) {
            assertThat(token.expiresOn()).isEqualTo(moment(row.expected("expires_at")));
        }
        if (row.expected().has("expires_at_epoch")) {
            assertThat(token.expiresOn().getEpochSecond())
                    .isEqualTo(row.expected().get("expires_at_epoch").asLong());
        }
    }

    private static Instant moment(String text) {
        return text.matches("local \\S+ converted to UTC")
                ? LocalDateTime.parse(text.split(" ", -1)[1])
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
}
