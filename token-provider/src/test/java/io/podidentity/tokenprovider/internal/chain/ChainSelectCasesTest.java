// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What {@code AZURE_TOKEN_CREDENTIALS} selects when every source is announced. */
@Runs({
    @Kind(
            name = "chain_select",
            given = "{value: 'text?', env: {'*': 'text'}}",
            expected = ChainSelectCasesTest.EXPECTED),
    @Kind(
            name = "chain_select_go",
            given = "{value: 'text?', env: {'*': 'text'}}",
            expected = ChainSelectCasesTest.EXPECTED)
})
class ChainSelectCasesTest extends ConformanceRunner {
    static final String EXPECTED = """
        {chain: ['text'], count: 'number', error: 'failure', message_names: 'texts', message_contains: 'texts',
        message_lacks: 'texts'}
        """;

    private static final Map<String, String> NAMES = Map.of(
            "Environment", "Environment",
            "WorkloadIdentity", "Workload identity",
            "ManagedIdentity", "IMDS",
            "AzureCli", "Azure CLI",
            "AzureDeveloperCli", "Azure Developer CLI",
            "AzurePowerShell", "Azure PowerShell",
            "IntelliJ", "IntelliJ",
            "VisualStudioCode", "Visual Studio Code",
            "InteractiveBrowser", "Browser");

    @TempDir
    private Path root;

    @Override
    public void run(ConformanceCase row) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "AZURE_TENANT_ID", "11111111-1111-1111-1111-111111111111",
                "AZURE_CLIENT_ID", "22222222-2222-2222-2222-222222222222",
                "AZURE_CLIENT_SECRET", "s",
                "AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token",
                "AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1"));
        String value = row.given("value");
        row.given()
                .path("env")
                .properties()
                .forEach(variable ->
                        variables.put(variable.getKey(), variable.getValue().asText()));
        if (value != null) {
            variables.put("AZURE_TOKEN_CREDENTIALS", value);
        }
        Environment environment = new Environment(variables, false, false, "/nowhere");
        DefaultSources sources = new DefaultSources(
                new SourceContext(environment, new File(root.toString()), new FakeTransport(), new FakeTime()));
        if (row.expected().has("error")) {
            Throwable thrown = catchThrowable(sources::createAll);
            assertThat(thrown).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(value);
            EndpointCases.assertMessage(row.expected(), thrown.getMessage());
            return;
        }
        List<String> names = sources.createAll().stream().map(TokenSource::name).toList();
        if (row.expected().has("count")) {
            assertThat(names).hasSize(row.expected().get("count").asInt());
        }
        if (!row.expected().has("chain")) {
            return;
        }
        List<String> expected = new ArrayList<>();
        row.expected().get("chain").forEach(name -> expected.add(NAMES.get(name.asText())));
        assertThat(names).isEqualTo(expected);
    }
}
