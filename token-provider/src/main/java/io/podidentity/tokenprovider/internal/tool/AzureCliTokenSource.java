// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.DateText;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;

/**
 * The account of {@code az login}: runs {@code az account get-access-token --output json --resource R [--tenant T]
 * [--subscription S]}.
 *
 * <p>The answer has {@code accessToken}, {@code expires_on} (epoch seconds, CLI 2.54 and later) and {@code expiresOn}
 * (local time without a zone, so it is read only if {@code expires_on} is absent).
 */
public final class AzureCliTokenSource extends ToolTokenSource {
    private static final Words AZ = new Words(
            "Azure CLI",
            "az",
            "az",
            "accessToken",
            "Install it, or set AzureCLIPath to its folder.",
            "Run 'az upgrade'.",
            "az account get-access-token");
    private final Time time;
    private final @Nullable ZoneId zone;
    private final @Nullable String subscription;

    /**
     * @param zone the zone of the local times that az prints; null for the zone of this machine, which is slow to look
     *     up and rarely needed
     * @param subscription the name or ID of the subscription whose account is used; null for the current subscription
     */
    public AzureCliTokenSource(
            Environment environment,
            ProcessRunner processes,
            Time time,
            @Nullable ZoneId zone,
            @Nullable String subscription) {
        super(environment, processes, AZ);
        this.time = time;
        this.zone = zone;
        this.subscription = subscription;
    }

    /** The source in the default chain: the current account and subscription. */
    public static AzureCliTokenSource ofMachine(Environment environment) {
        return new AzureCliTokenSource(environment, new SystemProcessRunner(environment), Time.SYSTEM, null, null);
    }

    /** {@code az login}, {@code az logout} and {@code az account set} write who is logged in to this file. */
    @Override
    public Object account() {
        String folder = Objects.requireNonNullElse(environment.get("AZURE_CONFIG_DIR"), environment.home() + "/.azure");
        File file = new File(folder, "azureProfile.json");
        return file.lastModified() * 31 + file.length();
    }

    @Override
    void addArguments(List<String> command, Tool az, TokenRequest request) {
        az.requirePlain("subscription", subscription, "-._ ");
        if (request.claims().isPresent()) {
            throw signInWanted("az login" + tenantOption("--tenant", request) + " --claims-challenge "
                    + encodeClaims(request.claims().get()) + " --scope " + request.scope());
        }
        command.addAll(List.of("account", "get-access-token", "--output", "json", "--resource", request.resource()));
        if (request.tenantId().isPresent()) {
            command.add("--tenant");
            command.add(request.tenantId().get());
        }
        if (subscription != null) {
            command.add("--subscription");
            command.add(subscription);
        }
    }

    @Override
    @Nullable
    Instant expiresOn(TokenResponse answer) {
        Instant expiresOn = answer.expiresOn(time.millis());
        String local = answer.text("expiresOn");
        if (expiresOn != null || local == null) {
            return expiresOn;
        }
        if (zone == null) {
            return DateText.readLocal(local, ZoneId.systemDefault());
        }
        return DateText.readLocal(local, zone);
    }

    @Override
    String failureText(ProcessRunner.Result result) {
        return result.stderr();
    }

    /**
     * The first error that is neither a start-up warning of az nor the line that announces a traceback. If there is
     * none, the last line, where Python says what went wrong.
     */
    @Override
    String failureLine(ProcessRunner.Result result) {
        String last = "";
        for (String untrimmed : result.stderr().split("\n", -1)) {
            String line = untrimmed.strip();
            if (line.isEmpty() || isNoise(line)) {
                continue;
            }
            if (line.startsWith("ERROR: ")) {
                return line.substring("ERROR: ".length());
            }
            last = line;
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

    @Override
    @Nullable
    Outcome explainOwnFailure(String said, String reason, TokenRequest request) {
        if (said.contains("az login") || said.contains("az account set")) {
            return loggedOut("az", request);
        }
        if (said.contains("Check the spelling")) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION, "az said: " + reason, "Run 'az account list'.");
        }
        return null;
    }

    @Override
    String signIn(TokenRequest request) {
        return "Run 'az login" + tenantOption("--tenant", request) + "'.";
    }

    @Override
    String signInAgain(TokenRequest request) {
        return "Run 'az login" + tenantOption("--tenant", request) + " --scope " + request.scope() + "'.";
    }

    @Override
    String seeWhy(String said) {
        if (said.contains("CERTIFICATE_VERIFY_FAILED")) {
            return "Set REQUESTS_CA_BUNDLE to the PEM file of the CA that az must trust.";
        }
        return super.seeWhy(said);
    }
}
