// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
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
import java.util.Objects;

/**
 * The account of {@code azd auth login}: runs {@code azd auth token --output json --no-prompt --scope S [--tenant-id T]
 * [--claims C]}, where C is the claims challenge in base64 (azd 1.18.1 and later).
 *
 * <p>The answer has {@code token} and {@code expiresOn} (ISO-8601, UTC). Errors are JSON too, an object per message:
 * {@code {"type":"consoleMessage","data":{"message":"..."}}}. They begin a line, and a line can have several.
 */
public final class AzureDeveloperCliTokenSource extends ToolTokenSource {
    private static final Words AZD =
            new Words("Azure Developer CLI", "azd", "azd", "token", "", "Upgrade azd.", "azd auth token");

    public AzureDeveloperCliTokenSource(Environment environment, ProcessRunner processes) {
        super(environment, processes, AZD);
    }

    public static AzureDeveloperCliTokenSource ofMachine(Environment environment) {
        return new AzureDeveloperCliTokenSource(environment, new SystemProcessRunner(environment));
    }

    /** azd writes who is logged in to this file. */
    @Override
    public Object account() {
        String folder = Objects.requireNonNullElse(environment.get("AZD_CONFIG_DIR"), environment.home() + "/.azd");
        File account = new File(folder, "auth.json");
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
            command.add(encodeClaims(request.claims().get()));
        }
    }

    @Override
    @Nullable
    Instant expiresOn(TokenResponse answer) {
        return ExpiryTime.read(answer.value("expiresOn"));
    }

    @Override
    String failureLine(ProcessRunner.Result result) {
        return Objects.requireNonNullElse(findMessage(failureText(result)), result.stderr());
    }

    /**
     * Finds the message in azd's output that explains the failure: the first one with a suggestion, else the last one;
     * null if there is none.
     */
    static @Nullable String findMessage(String output) {
        String last = null;
        for (String message : readMessages(output)) {
            if (message.toLowerCase(Locale.ROOT).contains("suggestion")) {
                return message;
            }
            last = message;
        }
        return last;
    }

    private static List<String> readMessages(String output) {
        List<String> messages = new ArrayList<>();
        for (String line : output.split("\n", -1)) {
            for (String object : splitObjects(line.strip())) {
                String message = readMessage(object);
                if (message != null) {
                    messages.add(message);
                }
            }
        }
        return messages;
    }

    /** The JSON objects of a line, found by their braces; empty if the line does not begin with an object. */
    private static List<String> splitObjects(String line) {
        List<String> objects = new ArrayList<>();
        if (!line.startsWith("{")) {
            return objects;
        }
        int depth = 0;
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            boolean opens = c == '{' && !quoted;
            boolean closes = c == '}' && !quoted;
            if (opens && depth == 0) {
                start = i;
            }
            if (opens) {
                depth++;
            } else if (closes) {
                depth--;
            }
            if (closes && depth == 0) {
                objects.add(line.substring(start, i + 1));
            }
            if (quoted && c == '\\') {
                // The next character is escaped, so it does not end the text.
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            }
        }
        return objects;
    }

    private static @Nullable String readMessage(String object) {
        try {
            Map<String, @Nullable Object> members = JsonReader.readObject(object);
            if (members.get("data") instanceof Map<?, ?> data) {
                String message = textOf(data.get("message"));
                if (message != null) {
                    return message;
                }
            }
            return textOf(members.get("message"));
        } catch (JsonException e) {
            return null;
        }
    }

    private static @Nullable String textOf(@Nullable Object value) {
        if (value instanceof String text && !text.isBlank()) {
            return text.strip();
        }
        return null;
    }

    @Override
    @Nullable
    Outcome explainOwnFailure(String said, String reason, TokenRequest request) {
        if (said.contains("unknown flag: --claims")) {
            throw new TokenAcquisitionException(
                    Code.REFUSED, "this azd cannot answer a claims challenge", "Upgrade azd to 1.18.1 or later.");
        }
        if (said.contains("azd auth login") || said.contains("not logged in")) {
            return loggedOut("azd", request);
        }
        return null;
    }

    @Override
    String signIn(TokenRequest request) {
        return "Run 'azd auth login" + tenantOption("--tenant-id", request) + "'.";
    }
}
