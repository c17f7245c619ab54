// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.ExpiryTime;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * The account of {@code Connect-AzAccount}: runs {@code pwsh}, or {@code powershell.exe} of Windows, with a script that
 * calls {@code Get-AzAccessToken} of the module Az.Accounts (2.2.0 and later).
 *
 * <p>The script answers with {@code Token} and {@code ExpiresOn} as JSON. It is passed as {@code -EncodedCommand}, so
 * that no shell interprets it. No file shows that the account changed, because PowerShell rewrites its context with
 * each command. A token is therefore kept until it is refreshed.
 */
public final class AzurePowerShellTokenSource extends ToolTokenSource {
    private static final Words POWERSHELL = new Words(
            "Azure PowerShell",
            "PowerShell",
            "pwsh",
            "Token",
            "",
            "Run 'Update-Module Az.Accounts'.",
            "Get-AzAccessToken");

    public AzurePowerShellTokenSource(Environment environment, ProcessRunner processes) {
        super(environment, processes, POWERSHELL);
    }

    public static AzurePowerShellTokenSource ofMachine(Environment environment) {
        return new AzurePowerShellTokenSource(environment, new SystemProcessRunner(environment));
    }

    @Override
    @Nullable
    List<String> findProgram(Tool pwsh) {
        List<String> program = pwsh.findCommand();
        if (program == null && environment.windows()) {
            return new Tool(environment, "powershell").findCommand();
        }
        return program;
    }

    @Override
    void addArguments(List<String> command, Tool pwsh, TokenRequest request) {
        if (request.claims().isPresent()) {
            throw signInWanted("Connect-AzAccount" + tenantOption("-TenantId", request) + " -ClaimsChallenge "
                    + encodeClaims(request.claims().get()));
        }
        byte[] script = writeScript(request).getBytes(StandardCharsets.UTF_16LE);
        command.addAll(List.of("-NoProfile", "-NonInteractive", "-EncodedCommand"));
        command.add(Base64.getEncoder().encodeToString(script));
    }

    /**
     * From 2.17.0 the module can be asked for a SecureString, which suppresses its warning; from 5.0.0 it always
     * answers with one. The script decodes it in a way that Windows PowerShell 5.1 supports too.
     */
    private static String writeScript(TokenRequest request) {
        String tenant =
                request.tenantId().map(id -> "$ask.TenantId = '" + id + "'\n").orElse("");
        return """
            $ErrorActionPreference = 'Stop'
            $ProgressPreference = 'SilentlyContinue'
            $WarningPreference = 'SilentlyContinue'
            $module = Import-Module Az.Accounts -MinimumVersion 2.2.0 -PassThru -ErrorAction SilentlyContinue
            if (-not $module) { 'VersionTooOld'; exit 0 }
            $ask = @{ ResourceUrl = '%RESOURCE%' }
            %TENANT%$version = $module.Version
            if ($version -ge [version]'2.17.0' -and $version -lt [version]'5.0.0') { $ask.AsSecureString = $true }
            $answer = Get-AzAccessToken @ask
            $token = $answer.Token
            if ($token -is [Security.SecureString]) { $token = (New-Object Net.NetworkCredential '', $token).Password }
            @{ Token = $token; ExpiresOn = $answer.ExpiresOn.ToUnixTimeSeconds() } | ConvertTo-Json -Compress
            """.replace("%RESOURCE%", request.resource()).replace("%TENANT%", tenant);
    }

    @Override
    boolean isAnswer(String stdout) {
        return stdout.strip().startsWith("{");
    }

    @Override
    @Nullable
    Instant expiresOn(TokenResponse answer) {
        return readExpiry(answer.value("ExpiresOn"));
    }

    /**
     * Reads {@code ExpiresOn} in every form that ConvertTo-Json writes: epoch seconds, which the script asks for,
     * ISO-8601, and {@code /Date(milliseconds)/} of Windows PowerShell.
     */
    static @Nullable Instant readExpiry(@Nullable Object value) {
        if (value instanceof String text && text.startsWith("/Date(") && text.endsWith(")/")) {
            try {
                return Instant.ofEpochMilli(
                        Long.parseLong(text.substring("/Date(".length(), text.length() - ")/".length())));
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return ExpiryTime.read(value);
    }

    @Override
    @Nullable
    Outcome explainOwnFailure(String said, String reason, TokenRequest request) {
        // The script prints this if the module is missing or too old.
        if (said.contains("VersionTooOld")) {
            return new Unavailable(
                    "PowerShell has no module Az.Accounts of version 2.2.0 or later",
                    "Run 'Install-Module Az.Accounts' in PowerShell.");
        }
        if (said.contains("Connect-AzAccount")) {
            return loggedOut(name(), request);
        }
        return null;
    }

    @Override
    String signIn(TokenRequest request) {
        return "Run 'Connect-AzAccount" + tenantOption("-TenantId", request) + "' in PowerShell.";
    }

    @Override
    String seeWhy(String said) {
        return "Run 'Get-AzAccessToken' in PowerShell to see why.";
    }
}
