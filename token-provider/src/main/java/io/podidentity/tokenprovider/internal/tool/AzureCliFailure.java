package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.text.Excerpt;

/**
 * Decides what it means that az gave no token. If nobody is logged in, or az itself does not work, az counts as
 * unavailable and the next source is asked; if it hangs or cannot reach Entra ID, the next one only stands in for it. A
 * refusal by Entra ID, or a subscription that does not exist, is final.
 */
final class AzureCliFailure {
    private static final int MAX_REASON = 240;

    private AzureCliFailure() {}

    static Outcome of(ProcessResult result, TokenRequest request) {
        if (result.timedOut()) {
            return Tool.stopped("az", request, "az account get-access-token");
        }
        String stderr = result.stderr();
        String line = errorLine(stderr);
        String reason = Excerpt.printed(line, MAX_REASON);
        if (stderr.contains("AADSTS")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "Entra ID refused az: " + reason, signInRemedy(stderr, request), null);
        }
        Outcome offline = Tool.offline("az", stderr, line);
        if (offline != null) {
            return offline;
        }
        if (stderr.contains("az login") || stderr.contains("az account set")) {
            return new Unavailable(
                    "nobody is logged in to az", "Run 'az login" + Tool.tenantOption("--tenant", request) + "'.");
        }
        if (stderr.contains("Check the spelling")) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION, "az said: " + reason, "Run 'az account list'.", null);
        }
        String said = reason.isEmpty() ? "" : ": " + reason;
        return new Unavailable("az failed with exit code " + result.exitCode() + said, remedy(stderr));
    }

    private static String signInRemedy(String stderr, TokenRequest request) {
        return Tool.remedy(
                stderr,
                "Run 'az login" + Tool.tenantOption("--tenant", request) + " --scope " + request.scope() + "'.");
    }

    private static String remedy(String stderr) {
        return stderr.contains("CERTIFICATE_VERIFY_FAILED")
                ? "Set REQUESTS_CA_BUNDLE to the PEM file of the CA that az must trust."
                : "Run 'az account get-access-token' to see why.";
    }

    /**
     * Finds the line that explains the failure: the first error that is neither a start-up warning of az nor the line
     * that announces a traceback. If there is none, the last line, where Python says what went wrong.
     */
    private static String errorLine(String stderr) {
        String last = "";
        for (int start = 0; start < stderr.length(); ) {
            int end = stderr.indexOf('\n', start);
            end = end < 0 ? stderr.length() : end;
            String line = stderr.substring(start, end).strip();
            if (line.startsWith("ERROR: ") && !isNoise(line)) {
                return line.substring("ERROR: ".length());
            }
            last = line.isEmpty() || isNoise(line) ? last : line;
            start = end + 1;
        }
        return last;
    }

    private static boolean isNoise(String line) {
        return line.startsWith("ERROR: Error loading command module")
                || line.startsWith("ERROR: The command failed with an unexpected error")
                || line.startsWith("WARNING:")
                || line.startsWith("To check existing issues")
                || line.startsWith("To open a new issue")
                || line.contains("github.com/Azure/azure-cli");
    }
}
