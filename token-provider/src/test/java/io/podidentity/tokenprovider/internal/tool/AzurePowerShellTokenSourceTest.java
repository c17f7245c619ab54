// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.Tokens;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AzurePowerShellTokenSourceTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(10));

    @TempDir
    private Path folder;

    private final FakeProcessRunner processes = new FakeProcessRunner();
    private Path pwsh;
    private Environment environment;
    private AzurePowerShellTokenSource source;

    @BeforeEach
    void installPowerShell() {
        ToolFolder tools = new ToolFolder(folder);
        pwsh = tools.install("pwsh");
        environment = tools.environment(Map.of());
        source = new AzurePowerShellTokenSource(environment, processes);
    }

    @Test
    void acquire_always_asksByAScriptThatNoShellReads() throws Exception {
        processes.ends(0, "{\"Token\":\"t\",\"ExpiresOn\":1767229200}", "");

        source.acquire(REQUEST.withTenantId("contoso.com"));

        List<String> command = processes.commands().get(0);
        assertThat(command.subList(0, 4))
                .containsExactly(pwsh.toString(), "-NoProfile", "-NonInteractive", "-EncodedCommand");
        assertThat(new String(Base64.getDecoder().decode(command.get(4)), StandardCharsets.UTF_16LE))
                .contains("Import-Module Az.Accounts -MinimumVersion 2.2.0")
                .contains("ResourceUrl = 'https://storage.azure.com/'")
                .contains("$ask.TenantId = 'contoso.com'")
                .contains("AsSecureString");
        assertThat(processes.limits()).containsExactly(Duration.ofSeconds(8));
    }

    @Test
    void acquire_withoutATenant_namesNone() throws Exception {
        processes.ends(0, "{\"Token\":\"t\",\"ExpiresOn\":1767229200}", "");

        source.acquire(REQUEST);

        String script = processes.commands().get(0).get(4);
        assertThat(new String(Base64.getDecoder().decode(script), StandardCharsets.UTF_16LE))
                .doesNotContain("TenantId", "%TENANT%", "%RESOURCE%");
    }

    @Test
    void acquire_whenPowerShellAnswers_isTheTokenInIt() throws Exception {
        String value = Tokens.jwt(Map.of("upn", "anna@contoso.com"));
        processes.ends(0, "\r\n{\"Token\":\"" + value + "\",\"ExpiresOn\":\"2026-01-01T01:00:00+00:00\"}\r\n", "");

        Outcome outcome = source.acquire(REQUEST);

        Principal anna = Principal.user("anna@contoso.com");
        assertThat(outcome)
                .isEqualTo(new Acquired(new AccessToken(
                        value,
                        "https://storage.azure.com/",
                        "Bearer",
                        Instant.parse("2026-01-01T01:00:00Z"),
                        null,
                        anna,
                        "Azure PowerShell")));
    }

    @Test
    void acquire_withoutPowerShell_startsNothing() throws Exception {
        Files.delete(pwsh);

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable("PowerShell is not installed", ""));
        assertThat(processes.commands()).isEmpty();
    }

    @Test
    void acquire_onWindowsWithoutPwsh_startsWindowsOwn() throws Exception {
        Path powershell = new ToolFolder(folder).install("powershell.exe");
        processes.ends(0, "{\"Token\":\"t\",\"ExpiresOn\":\"/Date(1767229200000)/\"}", "");

        new AzurePowerShellTokenSource(new Environment(environment.variables(), false, true, "/nowhere"), processes)
                .acquire(REQUEST);

        assertThat(processes.commands().get(0).get(0)).isEqualTo(powershell.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | VersionTooOld | '' | PowerShell has no module Az.Accounts of version 2.2.0 or later"
                        + " | Run 'Install-Module Az.Accounts' in PowerShell.",
                "1 | '' | Run Connect-AzAccount to login. | nobody is logged in to Azure PowerShell"
                        + " | Run 'Connect-AzAccount' in PowerShell.",
                "1 | '' | boom | PowerShell failed with exit code 1: boom | Run 'Get-AzAccessToken' in PowerShell to see why.",
                "0 | '' | '' | PowerShell gave no token | Run 'Get-AzAccessToken' in PowerShell to see why.",
            })
    void acquire_whenPowerShellHasNoToken_isUnavailable(
            int exitCode, String stdout, String stderr, String reason, String remedy) throws Exception {
        processes.ends(exitCode, stdout, stderr);

        assertThat(source.acquire(REQUEST)).isEqualTo(new Unavailable(reason, remedy));
    }

    @Test
    void acquire_whenPowerShellHangs_isSilent() throws Exception {
        processes.isKilled("", "");

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Silent(
                        "PowerShell did not answer in time and was stopped",
                        "Allow a longer deadline than 10 s, or run 'Get-AzAccessToken' to see why."));
    }

    @Test
    void acquire_whenPowerShellCannotStart_isUnavailable() throws Exception {
        processes.cannotStart(new IOException("error=13, Permission denied"));

        assertThat(source.acquire(REQUEST))
                .isEqualTo(new Unavailable(pwsh + " cannot be started: error=13, Permission denied", ""));
    }

    @Test
    void acquire_whenEntraRefuses_fails() {
        processes.ends(1, "", "Get-AzAccessToken: AADSTS50076: a second factor. Run Connect-AzAccount.");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure)
                .hasMessage("Entra ID refused PowerShell: Get-AzAccessToken: AADSTS50076: a second factor. Run"
                        + " Connect-AzAccount. Run 'Connect-AzAccount' in PowerShell.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{oops | PowerShell answered, but its answer is not JSON (an unexpected character, at character 1). Run"
                        + " 'Update-Module Az.Accounts'.",
                "{} | PowerShell answered, but its answer has no Token. Run 'Update-Module Az.Accounts'.",
                "{\"Token\":\"t\"} | PowerShell answered, but its answer has no readable expiry time. Run"
                        + " 'Update-Module Az.Accounts'.",
            })
    void acquire_whenPowerShellAnswersOtherwise_fails(String stdout, String message) {
        processes.ends(0, stdout, "");

        TokenAcquisitionException failure = failure(REQUEST);

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"'r''; Remove-Item x', ''", "a b, ''", "r, 'x''y'", "r, $x"})
    void acquire_withWhatCouldEndTheQuotes_startsNothing(String resource, String tenant) {
        TokenRequest request = TokenRequest.forResource(resource)
                .withTenantId(tenant.isEmpty() ? null : tenant)
                .withDeadline(Duration.ofSeconds(1));

        assertThat(failure(request).code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(processes.commands()).isEmpty();
    }

    private TokenAcquisitionException failure(TokenRequest request) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(request));
    }
}
