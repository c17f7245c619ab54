package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.text.DateText;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of {@code az login}: runs {@code az account get-access-token --output json --resource R [--tenant T]
 * [--subscription S]}.
 *
 * <p>The answer has {@code accessToken}, {@code expires_on} (epoch seconds, CLI 2.54 and later) and {@code expiresOn}
 * (local time without a zone, so it is read only if {@code expires_on} is absent).
 */
public final class AzureCliTokenSource implements TokenSource, AccountBound {
    private final Environment environment;
    private final ProcessRunner processes;
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
        this.environment = environment;
        this.processes = processes;
        this.time = time;
        this.zone = zone;
        this.subscription = subscription;
    }

    /** The source in the default chain: the current account and subscription. */
    public static AzureCliTokenSource of(Environment environment) {
        return new AzureCliTokenSource(environment, new SystemProcessRunner(environment), Time.SYSTEM, null, null);
    }

    @Override
    public String name() {
        return "Azure CLI";
    }

    @Override
    public long accountFingerprint() {
        return new AzureCliProfile(environment).fingerprint();
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        if (request.identity().isPresent()) {
            return Tool.knowsNoIdentities();
        }
        Tool az = new Tool(environment, "az");
        List<String> program = az.find();
        if (program == null) {
            return new Unavailable("az is not installed", "Install it, or set AzureCLIPath to its folder.");
        }
        az.requirePlain("resource", request.resource(), "-.:/_");
        az.requirePlain("tenant", request.tenantId().orElse(null), "-.");
        az.requirePlain("subscription", subscription, "-._ ");
        if (request.claims().isPresent()) {
            throw signInWanted(request, request.claims().get());
        }
        List<String> command = command(program, request);
        try {
            ProcessResult result = processes.run(command, Tool.limitNanos(request));
            return result.exitCode() == 0 && !result.timedOut()
                    ? new Acquired(token(request, result.stdout()))
                    : AzureCliFailure.of(result, request);
        } catch (IOException e) {
            return Tool.cannotBeStarted(program.get(0), e);
        }
    }

    private List<String> command(List<String> program, TokenRequest request) {
        List<String> command = new ArrayList<>(program);
        command.add("account");
        command.add("get-access-token");
        command.add("--output");
        command.add("json");
        command.add("--resource");
        command.add(request.resource());
        if (request.tenantId().isPresent()) {
            command.add("--tenant");
            command.add(request.tenantId().get());
        }
        if (subscription != null) {
            command.add("--subscription");
            command.add(subscription);
        }
        return command;
    }

    private AccessToken token(TokenRequest request, String stdout) {
        try {
            TokenResponse response = TokenResponse.read(stdout);
            String value = response.text("accessToken");
            Instant expiresOn = expiresOn(response);
            if (value == null || expiresOn == null) {
                throw invalid(value == null ? "has no accessToken" : "has no readable expiry time", null);
            }
            String tokenType = response.text("tokenType");
            return new AccessToken(
                    value, request.resource(), tokenType == null ? "Bearer" : tokenType, expiresOn, null, null, name());
        } catch (JsonException e) {
            throw invalid("is " + e.getMessage(), e);
        }
    }

    private @Nullable Instant expiresOn(TokenResponse response) {
        Instant expiresOn = response.expiresOn(time.millis());
        String local = response.text("expiresOn");
        return expiresOn == null && local != null
                ? DateText.readLocal(local, zone == null ? ZoneId.systemDefault() : zone)
                : expiresOn;
    }

    private static TokenAcquisitionException invalid(String problem, @Nullable Throwable cause) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, "az answered, but its answer " + problem, "Run 'az upgrade'.", cause);
    }

    /** Only the user can answer a claims challenge: az accepts it at sign-in and nowhere else. */
    private static TokenAcquisitionException signInWanted(TokenRequest request, String claims) {
        String challenge = Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        return new TokenAcquisitionException(
                Code.REFUSED,
                "the resource requires a new sign-in that satisfies its claims challenge",
                "Run 'az login" + Tool.tenantOption("--tenant", request) + " --claims-challenge " + challenge
                        + " --scope " + request.scope() + "'.",
                null);
    }
}
