// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The Azure CLI as the .NET library runs it. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value =
                @Kind(
                        name = "azure-cli",
                        given = """
                            {process: 'text', cancelledBeforeStart: 'truth', resource: 'text', os: 'windows|unix',
                            processHangs: 'truth', tenantId: 'text'}
                            """,
                        expected = """
                            {accepted: 'truth', error: 'failure', messageContains: 'texts', token: 'truth',
                            principalType: 'App|User', program: 'text', arguments: 'json', PATH: 'text',
                            declaredSeconds: 'number', effective: 'text', quirk: 'text'}
                            """,
                        notes = {"quirk"}))
class DotNetCliCasesTest extends ConformanceRunner {
    private static final String RESOURCE = "https://vault.azure.net/";
    /** The text that the .NET library puts around az's message, and ours. */
    private static final Map<String, String> FRAME = Map.of("Access token could not be acquired", "No token for");

    @TempDir
    private Path root;

    /** A new one for each case. */
    private Path folder;

    private FakeProcessRunner processes;

    @Override
    public void run(ConformanceCase row) throws Exception {
        folder = Files.createTempDirectory(root, "case");
        processes = new FakeProcessRunner().ends(0, "{\"accessToken\":\"t\",\"expires_on\":4102444800}", "");
        if (row.expected().has("accepted")) {
            guard(row);
        } else if (row.given("os") != null) {
            command(row);
        } else if (row.given().has("processHangs")) {
            call(RESOURCE);
            assertThat(processes.limits())
                    .containsExactly(Duration.ofSeconds(
                            row.expected().get("declaredSeconds").asLong()));
            assertThat(row.expected("effective")).isEqualTo(row.expected("declaredSeconds"));
        } else if (row.given().has("cancelledBeforeStart")) {
            cancelled(row);
        } else {
            refused(row);
        }
    }

    private void guard(ConformanceCase row) {
        String resource = row.given("resource");
        boolean accepted = row.expected().get("accepted").asBoolean();
        TokenAcquisitionException failure = call(resource);
        assertThat(failure == null).as(resource).isEqualTo(accepted);
        assertThat(processes.commands()).hasSize(accepted ? 1 : 0);
    }

    private void command(ConformanceCase row) throws Exception {
        boolean windows = row.given("os").equals("windows");
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path az = new ToolFolder(bin).install(windows ? "az.cmd" : "az");
        Path python = Files.createFile(folder.resolve("python.exe"));
        Map<String, String> variables = new HashMap<>(Map.of("PATH", bin.toString(), "Path", bin.toString()));
        Environment environment = new Environment(variables, false, windows, "/nowhere");

        new AzureCliTokenSource(environment, processes, new FakeTime(), null, null)
                .acquire(TokenRequest.forResource(row.given("resource")).withDeadline(Duration.ofSeconds(10)));

        List<String> expected =
                new ArrayList<>(windows ? List.of(python.toString(), "-IBm", "azure.cli") : List.of(az.toString()));
        row.expected().get("arguments").forEach(argument -> expected.add(argument.asText()));
        assertThat(processes.commands()).containsExactly(expected);
    }

    private void cancelled(ConformanceCase row) {
        Thread.currentThread().interrupt();
        TokenAcquisitionException failure = call(RESOURCE);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.code() == Code.INTERRUPTED).isEqualTo(row.expected().has("error"));
    }

    private void refused(ConformanceCase row) {
        String text = row.given("process") == null
                ? "ERROR: (invalid_resource) AADSTS500011: The resource principal was not found in the tenant."
                : row.given("process").replaceFirst("^stderr: ", "");
        processes.ends(1, "", text);

        TokenAcquisitionException failure = call(row.given("resource") == null ? RESOURCE : row.given("resource"));

        assertThat(failure != null).isEqualTo(row.expected().has("error"));
        JsonNode contained = row.expected().path("messageContains");
        for (JsonNode part : contained.isArray() ? contained : List.of(contained)) {
            assertThat(failure).hasMessageContaining(FRAME.getOrDefault(part.asText(), part.asText()));
        }
    }

    /** The failure of a whole call; null if it got a token. */
    private TokenAcquisitionException call(String resource) {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("az");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(
                        new AzureCliTokenSource(tools.environment(Map.of()), processes, new FakeTime(), null, null)))
                .build();
        return catchThrowableOfType(TokenAcquisitionException.class, () -> provider.getAccessToken(resource));
    }
}
