package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.ExpiryTime;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of {@code azd auth login}: runs {@code azd auth token --output json --no-prompt --scope S [--tenant-id T]
 * [--claims C]}, where C is the claims challenge in base64 (azd 1.18.1 and later).
 *
 * <p>The answer has {@code token} and {@code expiresOn} (ISO-8601, UTC). azd writes who is logged in to
 * {@code auth.json} in its folder.
 */
public final class AzureDeveloperCliTokenSource implements TokenSource, AccountBound {
    private final Environment environment;
    private final ProcessRunner processes;

    public AzureDeveloperCliTokenSource(Environment environment, ProcessRunner processes) {
        this.environment = environment;
        this.processes = processes;
    }

    /** The source in the default chain. */
    public static AzureDeveloperCliTokenSource of(Environment environment) {
        return new AzureDeveloperCliTokenSource(environment, new SystemProcessRunner(environment));
    }

    @Override
    public String name() {
        return "Azure Developer CLI";
    }

    @Override
    public long accountFingerprint() {
        String folder = environment.get("AZD_CONFIG_DIR");
        File account = new File(folder == null ? environment.home() + "/.azd" : folder, "auth.json");
        return account.lastModified() * 31 + account.length();
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        if (request.identity().isPresent()) {
            return Tool.knowsNoIdentities();
        }
        Tool azd = new Tool(environment, "azd");
        List<String> program = azd.find();
        if (program == null) {
            return new Unavailable("azd is not installed", "");
        }
        azd.requirePlain("resource", request.resource(), "-.:/_");
        azd.requirePlain("tenant", request.tenantId().orElse(null), "-.");
        try {
            ProcessResult result = processes.run(command(program, request), Tool.limitNanos(request));
            return result.exitCode() == 0 && !result.timedOut()
                    ? new Acquired(token(request, result.stdout()))
                    : AzureDeveloperCliFailure.of(result, request);
        } catch (IOException e) {
            return Tool.cannotBeStarted(program.get(0), e);
        }
    }

    private static List<String> command(List<String> program, TokenRequest request) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("auth", "token", "--output", "json", "--no-prompt", "--scope", request.scope()));
        if (request.tenantId().isPresent()) {
            command.add("--tenant-id");
            command.add(request.tenantId().get());
        }
        if (request.claims().isPresent()) {
            command.add("--claims");
            command.add(
                    Base64.getEncoder().encodeToString(request.claims().get().getBytes(StandardCharsets.UTF_8)));
        }
        return command;
    }

    private AccessToken token(TokenRequest request, String stdout) {
        try {
            TokenResponse response = TokenResponse.read(stdout);
            String value = response.text("token");
            Instant expiresOn = ExpiryTime.read(response.value("expiresOn"));
            if (value == null || expiresOn == null) {
                throw invalid(value == null ? "has no token" : "has no readable expiry time", null);
            }
            return AccessToken.bearer(value, request.resource(), expiresOn, null, name());
        } catch (JsonException e) {
            throw invalid("is " + e.getMessage(), e);
        }
    }

    private static TokenAcquisitionException invalid(String problem, @Nullable Throwable cause) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, "azd answered, but its answer " + problem, "Upgrade azd.", cause);
    }
}
