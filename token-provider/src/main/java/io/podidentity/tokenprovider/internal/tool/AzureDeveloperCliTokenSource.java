package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.http.ExpiryTime;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import java.io.File;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The account of {@code azd auth login}: runs {@code azd auth token --output json --no-prompt --scope S [--tenant-id T]
 * [--claims C]}, where C is the claims challenge in base64 (azd 1.18.1 and later).
 *
 * <p>The answer has {@code token} and {@code expiresOn} (ISO-8601, UTC). Errors are JSON too, an object per message:
 * {@code {"type":"consoleMessage","data":{"message":"..."}}}. They begin a line, and more than one can stand on it.
 */
public final class AzureDeveloperCliTokenSource extends ToolTokenSource {
    private static final Words AZD =
            new Words("Azure Developer CLI", "azd", "azd", "token", "", "Upgrade azd.", "azd auth token");

    public AzureDeveloperCliTokenSource(Environment environment, ProcessRunner processes) {
        super(environment, processes, AZD);
    }

    public static AzureDeveloperCliTokenSource of(Environment environment) {
        return new AzureDeveloperCliTokenSource(environment, new SystemProcessRunner(environment));
    }

    /** azd writes who is logged in to this file. */
    @Override
    public Object account() {
        String folder = environment.get("AZD_CONFIG_DIR");
        File account = new File(folder == null ? environment.home() + "/.azd" : folder, "auth.json");
        return account.lastModified() * 31 + account.length();
    }

    @Override
    void addArguments(List<String> command, Tool azd, TokenRequest request) {
        command.addAll(List.of("auth", "token", "--output", "json", "--no-prompt", "--scope", request.scope()));
        if (request.tenantId().isPresent()) {
            command.add("--tenant-id");
            command.add(request.tenantId().get());
        }
        if (request.claims().isPresent()) {
            command.add("--claims");
            command.add(encoded(request.claims().get()));
        }
    }

    @Override
    @Nullable
    Instant expiresOn(TokenResponse answer) {
        return ExpiryTime.read(answer.value("expiresOn"));
    }

    @Override
    String line(ProcessRunner.Result result) {
        String message = message(said(result));
        return message == null ? result.stderr() : message;
    }

    /**
     * Finds the message that explains the failure in azd's output: the first one with a suggestion, else the last one;
     * null if there is none.
     */
    static @Nullable String message(String output) {
        String last = null;
        for (int start = 0; start < output.length(); ) {
            int end = output.indexOf('\n', start);
            end = end < 0 ? output.length() : end;
            for (String object : objects(output.substring(start, end).strip())) {
                String message = messageOf(object);
                if (message != null && message.toLowerCase(Locale.ROOT).contains("suggestion")) {
                    return message;
                }
                last = message == null ? last : message;
            }
            start = end + 1;
        }
        return last;
    }

    /** The objects of a line that begins with one, by their braces. */
    private static List<String> objects(String line) {
        List<String> objects = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < line.length() && line.startsWith("{"); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '{') {
                start = depth++ == 0 ? i : start;
            } else if (!quoted && c == '}' && --depth == 0) {
                objects.add(line.substring(start, i + 1));
            }
        }
        return objects;
    }

    private static @Nullable String messageOf(String object) {
        try {
            Map<String, @Nullable Object> members = JsonReader.readObject(object);
            String own = members.get("data") instanceof Map<?, ?> data ? text(data.get("message")) : null;
            return own != null ? own : text(members.get("message"));
        } catch (JsonException e) {
            return null;
        }
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text && !text.isBlank() ? text.strip() : null;
    }

    @Override
    @Nullable
    Outcome ownFailure(String said, String reason, TokenRequest request) {
        if (said.contains("unknown flag: --claims")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "this azd cannot answer a claims challenge", "Upgrade azd to 1.18.1 or later.");
        }
        boolean loggedOut = said.contains("azd auth login") || said.contains("not logged in");
        return loggedOut ? loggedOut("azd", request) : null;
    }

    @Override
    String signIn(TokenRequest request) {
        return "Run 'azd auth login" + tenantOption("--tenant-id", request) + "'.";
    }
}
