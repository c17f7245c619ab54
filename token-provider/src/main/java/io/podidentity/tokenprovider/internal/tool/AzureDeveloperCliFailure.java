package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides what it means that azd gave no token, by the rules of {@link AzureCliFailure}. With {@code --output json} azd
 * writes its errors as JSON too, one object per line: {@code {"type":"consoleMessage","data":{"message":"…"}}}.
 */
final class AzureDeveloperCliFailure {
    private static final int MAX_REASON = 240;
    private static final String SIGN_IN = "Run 'azd auth login'.";

    private AzureDeveloperCliFailure() {}

    static Outcome of(ProcessResult result) {
        if (result.timedOut()) {
            return new Unavailable("azd did not answer in time and was stopped", "Run 'azd auth token' to see why.");
        }
        String said = result.stderr() + "\n" + result.stdout();
        String message = message(said);
        String reason = Excerpt.printed(message == null ? result.stderr() : message, MAX_REASON);
        if (said.contains("AADSTS")) {
            throw new TokenAcquisitionException(Code.REFUSED, "Entra ID refused azd: " + reason, SIGN_IN, null);
        }
        if (said.contains("unknown flag: --claims")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "this azd cannot answer a claims challenge", "Upgrade azd to 1.18.1 or later.", null);
        }
        if (said.contains("azd auth login") || said.contains("not logged in")) {
            return new Unavailable("nobody is logged in to azd", SIGN_IN);
        }
        return new Unavailable(
                "azd failed with exit code " + result.exitCode() + (reason.isEmpty() ? "" : ": " + reason),
                "Run 'azd auth token' to see why.");
    }

    /**
     * Finds the message that explains the failure in azd's output: the first one with a suggestion, else the last one.
     *
     * @return the message without surrounding whitespace; null if there is none
     */
    static @Nullable String message(String output) {
        String last = null;
        for (int start = 0; start < output.length(); ) {
            int end = output.indexOf('\n', start);
            end = end < 0 ? output.length() : end;
            String message = messageOfLine(output.substring(start, end).strip());
            if (message != null && message.toLowerCase(Locale.ROOT).contains("suggestion")) {
                return message;
            }
            last = message == null ? last : message;
            start = end + 1;
        }
        return last;
    }

    private static @Nullable String messageOfLine(String line) {
        if (!line.startsWith("{")) {
            return null;
        }
        try {
            Map<String, @Nullable Object> members = JsonReader.readObject(line);
            String own = members.get("data") instanceof Map<?, ?> data ? text(data.get("message")) : null;
            return own != null ? own : text(members.get("message"));
        } catch (JsonException e) {
            return null;
        }
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text && !text.isBlank() ? text.strip() : null;
    }
}
