package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides what it means that azd gave no token, by the rules of {@link AzureCliFailure}. With {@code --output json} azd
 * writes its errors as JSON too, an object per message: {@code {"type":"consoleMessage","data":{"message":"..."}}}.
 * They begin a line, and more than one can stand on it.
 */
final class AzureDeveloperCliFailure {
    private static final int MAX_REASON = 240;

    private AzureDeveloperCliFailure() {}

    static Outcome of(ProcessResult result, TokenRequest request) {
        if (result.timedOut()) {
            return Tool.stopped("azd", request, "azd auth token");
        }
        String said = result.stderr() + "\n" + result.stdout();
        String message = message(said);
        String line = message == null ? result.stderr() : message;
        String reason = Excerpt.printed(line, MAX_REASON);
        if (said.contains("AADSTS")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "Entra ID refused azd: " + reason, Tool.remedy(said, signIn(request)), null);
        }
        if (said.contains("unknown flag: --claims")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "this azd cannot answer a claims challenge", "Upgrade azd to 1.18.1 or later.", null);
        }
        Outcome offline = Tool.offline("azd", said, line);
        if (offline != null) {
            return offline;
        }
        if (said.contains("azd auth login") || said.contains("not logged in")) {
            return new Unavailable("nobody is logged in to azd", signIn(request));
        }
        return new Unavailable(
                "azd failed with exit code " + result.exitCode() + (reason.isEmpty() ? "" : ": " + reason),
                "Run 'azd auth token' to see why.");
    }

    private static String signIn(TokenRequest request) {
        return "Run 'azd auth login" + Tool.tenantOption("--tenant-id", request) + "'.";
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
}
