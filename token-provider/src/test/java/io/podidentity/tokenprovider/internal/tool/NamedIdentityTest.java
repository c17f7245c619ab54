// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that names a managed identity never gets the token of whoever is logged in to a tool. */
class NamedIdentityTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));

    @TempDir
    private Path folder;

    @Test
    void acquire_ofANamedIdentity_asksNoTool() throws InterruptedException {
        ToolFolder tools = new ToolFolder(folder);
        for (String name : List.of("az", "azd", "pwsh")) {
            tools.install(name, "touch '" + folder.resolve("ran") + "'\n");
        }
        Environment environment = tools.environment(Map.of());

        for (TokenSource tool : List.of(
                AzureCliTokenSource.ofMachine(environment),
                AzureDeveloperCliTokenSource.ofMachine(environment),
                AzurePowerShellTokenSource.ofMachine(environment))) {
            assertThat(tool.acquire(REQUEST.withClientId("c")))
                    .isEqualTo(new TokenSource.Unavailable(
                            "it has the account that is logged in, and a managed identity was named", ""));
        }
        assertThat(folder.resolve("ran")).doesNotExist();
    }
}
