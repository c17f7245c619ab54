package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.ExpiryTime;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of {@code Connect-AzAccount}: runs {@code pwsh}, or {@code powershell.exe} of Windows, with a script that
 * calls {@code Get-AzAccessToken} of the module Az.Accounts (2.2.0 and later).
 *
 * <p>The script answers with {@code Token} and {@code ExpiresOn} as JSON. It is passed as {@code -EncodedCommand}, so
 * that no shell interprets it. No file shows that the account changed, because PowerShell rewrites its context with
 * each command. A token is therefore kept until it is refreshed.
 */
public final class AzurePowerShellTokenSource implements TokenSource {
    private final Environment environment;
    private final ProcessRunner processes;

    public AzurePowerShellTokenSource(Environment environment, ProcessRunner processes) {
        this.environment = environment;
        this.processes = processes;
    }

    /** The source in the default chain. */
    public static AzurePowerShellTokenSource of(Environment environment) {
        return new AzurePowerShellTokenSource(environment, new SystemProcessRunner(environment));
    }

    @Override
    public String name() {
        return "Azure PowerShell";
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        if (request.identity().isPresent()) {
            return Tool.knowsNoIdentities();
        }
        Tool tool = new Tool(environment, "pwsh");
        List<String> program = tool.find();
        if (program == null && environment.windows()) {
            program = new Tool(environment, "powershell").find();
        }
        if (program == null) {
            return new Unavailable("PowerShell is not installed", "");
        }
        tool.requirePlain("resource", request.resource(), "-.:/_");
        tool.requirePlain("tenant", request.tenantId().orElse(null), "-.");
        if (request.claims().isPresent()) {
            throw signInWanted(request, request.claims().get());
        }
        try {
            ProcessResult result = processes.run(command(program, request), Tool.limitNanos(request));
            return AzurePowerShellFailure.isSuccess(result)
                    ? new Acquired(token(request, result.stdout()))
                    : AzurePowerShellFailure.of(result, request);
        } catch (IOException e) {
            return Tool.cannotBeStarted(program.get(0), e);
        }
    }

    private static List<String> command(List<String> program, TokenRequest request) {
        byte[] script = script(request).getBytes(StandardCharsets.UTF_16LE);
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("-NoProfile", "-NonInteractive", "-EncodedCommand"));
        command.add(Base64.getEncoder().encodeToString(script));
        return command;
    }

    /**
     * From 2.17.0 the module can be asked for a SecureString, which suppresses its warning; from 5.0.0 it always
     * answers with one. The script decodes it in a way that Windows PowerShell 5.1 supports too.
     */
    private static String script(TokenRequest request) {
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

    private AccessToken token(TokenRequest request, String stdout) {
        try {
            TokenResponse response = TokenResponse.read(stdout);
            String value = response.text("Token");
            Instant expiresOn = expiresOn(response.value("ExpiresOn"));
            if (value == null || expiresOn == null) {
                throw invalid(value == null ? "has no Token" : "has no readable expiry time", null);
            }
            return AccessToken.bearer(value, request.resource(), expiresOn, null, name());
        } catch (JsonException e) {
            throw invalid("is " + e.getMessage(), e);
        }
    }

    /**
     * Reads {@code ExpiresOn} in every form that ConvertTo-Json writes: epoch seconds, which the script asks for,
     * ISO-8601, and {@code /Date(milliseconds)/} of Windows PowerShell.
     */
    static @Nullable Instant expiresOn(@Nullable Object value) {
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

    private static TokenAcquisitionException invalid(String problem, @Nullable Throwable cause) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE,
                "PowerShell answered, but its answer " + problem,
                "Run 'Update-Module Az.Accounts'.",
                cause);
    }

    /** Only the user can answer a claims challenge: only Connect-AzAccount accepts it. */
    private static TokenAcquisitionException signInWanted(TokenRequest request, String claims) {
        String challenge = Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        return new TokenAcquisitionException(
                Code.REFUSED,
                "the resource requires a new sign-in that satisfies its claims challenge",
                "Run 'Connect-AzAccount" + Tool.tenantOption("-TenantId", request) + " -ClaimsChallenge " + challenge
                        + "'.",
                null);
    }
}
