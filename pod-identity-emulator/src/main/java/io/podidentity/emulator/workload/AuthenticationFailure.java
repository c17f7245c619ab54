package io.podidentity.emulator.workload;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.ReasonPhrases;

/** The text in which Go's azidentity, and so the proxy, passes on that Entra ID refuses a token. */
final class AuthenticationFailure {

    private static final String RULE = "-".repeat(80) + "\n";

    private AuthenticationFailure() {}

    /**
     * The text, without an end of its last line.
     *
     * @param url what was asked by POST
     */
    static String text(String url, Answer answer) {
        String body = answer.text();
        String status = answer.status() + ": " + answer.status() + " " + ReasonPhrases.of(answer.status());
        return "WorkloadIdentityCredential authentication failed. \nPOST " + url + "\n" + RULE + "RESPONSE " + status
                + "\n" + RULE + (body.isEmpty() ? "Response contained no body" : indented(body)) + "\n" + RULE
                + "To troubleshoot, visit https://aka.ms/azsdk/go/identity/troubleshoot#workload";
    }

    /** Compact JSON with a line for each member; what is no JSON object stays as it is. */
    private static String indented(String json) {
        if (!json.startsWith("{")) {
            return json;
        }
        var lines = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"' && (i == 0 || json.charAt(i - 1) != '\\')) {
                quoted = !quoted;
            }
            boolean opens = !quoted && (c == '{' || c == '[');
            boolean closes = !quoted && (c == '}' || c == ']');
            depth += opens ? 1 : closes ? -1 : 0;
            if (closes) {
                lines.append(newLine(depth));
            }
            lines.append(c).append(!quoted && c == ':' ? " " : "");
            if (opens || (!quoted && c == ',')) {
                lines.append(newLine(depth));
            }
        }
        return lines.toString();
    }

    private static String newLine(int depth) {
        return "\n" + "  ".repeat(depth);
    }
}
