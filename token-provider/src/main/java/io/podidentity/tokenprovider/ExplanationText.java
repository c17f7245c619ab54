package io.podidentity.tokenprovider;

import java.util.Optional;

/** An explanation for people. */
final class ExplanationText {
    private ExplanationText() {}

    static String of(Explanation explanation) {
        StringBuilder text = new StringBuilder();
        if (explanation.failure().isPresent()) {
            return String.valueOf(explanation.failure().get().getMessage());
        }
        text.append("Token for ")
                .append(explanation.resource())
                .append(" from ")
                .append(explanation.source().orElse(""));
        append(text, "\n  principal: ", explanation.principal());
        append(text, "\n  expires: ", explanation.expiresOn());
        append(text, "\n  refreshed from: ", explanation.refreshOn());
        for (TokenAttempt attempt : explanation.attempts()) {
            text.append("\n  ").append(attempt);
        }
        for (String note : explanation.notes()) {
            text.append("\n  ").append(note);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String label, Optional<?> value) {
        if (value.isPresent()) {
            text.append(label).append(value.get());
        }
    }
}
