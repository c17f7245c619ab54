package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.text.Excerpt;

/** Decides what it means that PowerShell gave no token, by the rules of {@link AzureCliFailure}. */
final class AzurePowerShellFailure {
    /** What the script prints if there is no Az.Accounts module, or only one that is too old. */
    private static final String NO_MODULE = "VersionTooOld";

    private static final int MAX_REASON = 240;

    private AzurePowerShellFailure() {}

    static boolean isSuccess(ProcessResult result) {
        return !result.timedOut()
                && result.exitCode() == 0
                && result.stdout().strip().startsWith("{");
    }

    static Outcome of(ProcessResult result, TokenRequest request) {
        if (result.timedOut()) {
            return Tool.stopped("PowerShell", request, "Get-AzAccessToken");
        }
        String said = result.stderr() + "\n" + result.stdout();
        if (said.contains(NO_MODULE)) {
            return new Unavailable(
                    "PowerShell has no module Az.Accounts of version 2.2.0 or later",
                    "Run 'Install-Module Az.Accounts' in PowerShell.");
        }
        String reason = Excerpt.printed(said, MAX_REASON);
        if (said.contains("AADSTS")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "Entra ID refused PowerShell: " + reason, Tool.remedy(said, signIn(request)), null);
        }
        Outcome offline = Tool.offline("PowerShell", said, said);
        if (offline != null) {
            return offline;
        }
        if (said.contains("Connect-AzAccount")) {
            return new Unavailable("nobody is logged in to Azure PowerShell", signIn(request));
        }
        String how = result.exitCode() == 0
                ? "PowerShell gave no token"
                : "PowerShell failed with exit code " + result.exitCode();
        return new Unavailable(
                how + (reason.isEmpty() ? "" : ": " + reason), "Run 'Get-AzAccessToken' in PowerShell to see why.");
    }

    private static String signIn(TokenRequest request) {
        return "Run 'Connect-AzAccount" + Tool.tenantOption("-TenantId", request) + "' in PowerShell.";
    }
}
