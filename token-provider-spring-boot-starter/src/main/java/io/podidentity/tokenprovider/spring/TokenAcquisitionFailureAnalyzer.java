package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains, instead of a stack trace, why an application got no token at start-up, and what to do. */
final class TokenAcquisitionFailureAnalyzer extends AbstractFailureAnalyzer<TokenAcquisitionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TokenAcquisitionException cause) {
        StringBuilder description = new StringBuilder(cause.reason()).append('.');
        for (TokenAttempt attempt : cause.attempts()) {
            description.append(System.lineSeparator()).append("    ").append(attempt);
        }
        return new FailureAnalysis(description.toString(), action(cause), cause);
    }

    private static String action(TokenAcquisitionException cause) {
        if (!cause.remedy().isEmpty()) {
            return cause.remedy();
        }
        return cause.isTransient()
                ? "Start the application again in a moment."
                : "Follow the advice of the source that you want to use.";
    }
}
