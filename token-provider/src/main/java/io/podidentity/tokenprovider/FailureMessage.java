package io.podidentity.tokenprovider;

import java.util.List;
import java.util.Locale;

/** The text of a failure: a headline, a line for each source that was asked, where to read on; 800 characters at most. */
final class FailureMessage {
    private static final int MAX_LENGTH = 800;
    private static final int MAX_RESOURCE = 120;
    private static final int MAX_LINES = 16;
    private static final String READ_ON = "\n  More: docs/troubleshooting.md#";

    private FailureMessage() {}

    static String of(String resource, TokenAcquisitionException failure, List<TokenAttempt> attempts) {
        StringBuilder message = new StringBuilder("No token for ")
                .append(Excerpt.of(resource, MAX_RESOURCE))
                .append(" (")
                .append(failure.code())
                .append(").");
        String anchor = READ_ON + anchor(failure.code(), attempts);
        int asked = 0;
        for (TokenAttempt attempt : attempts) {
            asked += attempt.state() == TokenAttempt.State.NOT_TRIED ? 0 : 1;
        }
        int lines = Math.max(1, Math.min(asked, MAX_LINES));
        int line = (MAX_LENGTH - message.length() - anchor.length()) / lines - "\n  ".length();
        if (asked == 0) {
            message.append("\n  ").append(Excerpt.of(failure.reason() + ". " + failure.remedy(), line));
        }
        for (TokenAttempt attempt : attempts) {
            // A chain of more lines than anybody reads shows its end, where the one that failed is.
            if (attempt.state() != TokenAttempt.State.NOT_TRIED && asked-- <= MAX_LINES) {
                message.append("\n  ").append(Excerpt.of(attempt.toString(), line));
            }
        }
        return message.append(anchor).toString();
    }

    /** The section on the source that failed, else on what all of them lack. */
    private static String anchor(TokenAcquisitionException.Code code, List<TokenAttempt> attempts) {
        for (TokenAttempt attempt : attempts) {
            if (attempt.state() == TokenAttempt.State.FAILED) {
                return attempt.source().toLowerCase(Locale.ROOT).replace(' ', '-');
            }
        }
        return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
