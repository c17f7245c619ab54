// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** azd and PowerShell in the default chain, replaced by small scripts. */
@Timeout(60)
class DeveloperToolsIT {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));

    @TempDir
    private Path folder;

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    @Test
    void azd_thatWarns_answersAllTheSame() throws Exception {
        ToolFolder tools = new ToolFolder(folder);
        tools.install(
                "azd",
                "echo 'WARNING: new azd' >&2\necho '{\"token\":\"t\",\"expiresOn\":\"2100-01-01T00:00:00Z\"}'\n");

        TokenSource.Outcome outcome = AzureDeveloperCliTokenSource.ofMachine(tools.environment(Map.of()))
                .acquire(REQUEST);

        assertThat(((Acquired) outcome).token().value()).isEqualTo("t");
    }

    @Test
    void powerShell_thatIsGivenAScript_canDecodeIt() throws Exception {
        Path script = folder.resolve("script");
        ToolFolder tools = new ToolFolder(folder);
        tools.install(
                "pwsh",
                "PATH=/usr/bin:/bin\nprintf %s \"$4\" | base64 -d | tr -d '\\0' > " + script
                        + "\necho '{\"Token\":\"t\",\"ExpiresOn\":4102444800}'\n");

        TokenSource.Outcome outcome = AzurePowerShellTokenSource.ofMachine(tools.environment(Map.of()))
                .acquire(REQUEST);

        assertThat(((Acquired) outcome).token().value()).isEqualTo("t");
        assertThat(Files.readString(script))
                .startsWith("$ErrorActionPreference = 'Stop'\n")
                .contains("Get-AzAccessToken");
    }

    @Test
    void azd_thatHangs_isStopped() throws Exception {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("azd", "/bin/sleep 300 &\nwait\n");

        TokenSource.Outcome outcome = AzureDeveloperCliTokenSource.ofMachine(tools.environment(Map.of()))
                .acquire(REQUEST.withDeadline(Duration.ofSeconds(1)));

        assertThat(outcome)
                .isEqualTo(new Silent(
                        "azd did not answer in time and was stopped",
                        "Allow a longer deadline than 1 s, or run 'azd auth token' to see why."));
    }

    /** In the form that the HTTP library of az, urllib3, gives to a name that it cannot resolve. */
    private static final String OFFLINE =
            "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded with url:"
                    + " /00000000-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration (Caused by"
                    + " NameResolutionError(\\\"<urllib3.connection.HTTPSConnection object at 0x7fa93d5f8b10>: Failed to"
                    + " resolve 'login.microsoftonline.com' ([Errno -3] Temporary failure in name resolution)\\\"))";

    @Test
    void az_thatLosesItsNetworkAfterItWasPinned_failsForNowAndSaysWhy() throws Exception {
        ToolFolder tools = new ToolFolder(folder);
        Path lost = folder.resolve("lost");
        tools.install(
                "az",
                "if [ -e " + lost + " ]; then echo \"ERROR: " + OFFLINE + "\" >&2; exit 1; fi\n"
                        + "echo '{\"accessToken\":\"t\",\"expires_on\":4102444800}'\n");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(Map.of("PATH", folder.toString(), "AZURE_TOKEN_CREDENTIALS", "dev"))
                .build();
        assertThat(provider.getAccessToken("https://storage.azure.com/")).isEqualTo("t");
        Files.createFile(lost);

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> provider.getAccessToken("https://vault.azure.net"));

        assertThat(failure.isTransient()).isTrue();
        assertThat(failure)
                .hasMessageContaining("az could not reach Entra ID: Failed to resolve 'login.microsoftonline.com'"
                        + " ([Errno -3] Temporary failure in name resolution). Check the network, the name resolution"
                        + " and the proxy of this machine.")
                .message()
                .doesNotContain("az account");
    }

    @Test
    void tools_thatAreThereAndWhereNobodyIsLoggedIn_areAllNamed() {
        ToolFolder tools = new ToolFolder(folder);
        tools.install("az", "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1\n");
        tools.install("azd", "echo 'ERROR: not logged in, run `azd auth login` to login' >&2; exit 1\n");
        tools.install("pwsh", "echo VersionTooOld\n");

        Explanation explanation = AzureServiceTokenProvider.builder()
                .environment(Map.of("PATH", folder.toString(), "AZURE_TOKEN_CREDENTIALS", "dev"))
                .build()
                .explain("https://storage.azure.com/");

        assertThat(explanation.toString().replaceAll("\\d+ ms", "N ms")).isEqualTo("""
                No token for https://storage.azure.com/ (NO_SOURCE_AVAILABLE).
                  Azure CLI: unavailable (N ms): nobody is logged in to az. Run 'az login'.
                  Azure Developer CLI: unavailable (N ms): nobody is logged in to azd. Run 'azd auth login'.
                  Azure PowerShell: unavailable (N ms): PowerShell has no module Az.Accounts of version 2.2.0 or later. \
                Run 'Install-Module Az.Accounts' in PowerShell.
                  More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#no-source-available""");
    }
}
