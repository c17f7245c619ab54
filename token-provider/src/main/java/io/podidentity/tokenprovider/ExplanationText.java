package io.podidentity.tokenprovider;

/** An explanation for people. */
final class ExplanationText {
    private ExplanationText() {}

    static String of(Explanation explanation) {
        StringBuilder text = new StringBuilder();
        TokenAcquisitionException failure = explanation.failure();
        if (failure != null) {
            return text.append(failure.getMessage()).toString();
        }
        text.append("Token for ")
                .append(explanation.resource())
                .append(" from ")
                .append(explanation.source());
        if (explanation.principal() != null) {
            text.append("\n  principal: ").append(explanation.principal());
        }
        text.append("\n  expires: ").append(explanation.expiresOn());
        text.append("\n  refreshed from: ").append(explanation.refreshOn());
        for (TokenAttempt attempt : explanation.attempts()) {
            text.append("\n  ").append(attempt);
        }
        for (String note : explanation.notes()) {
            text.append("\n  ").append(note);
        }
        return text.toString();
    }
}
