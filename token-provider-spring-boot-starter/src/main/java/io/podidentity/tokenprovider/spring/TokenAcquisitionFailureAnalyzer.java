package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.util.stream.Collectors;
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

    /** What to do next. */
    static String action(TokenAcquisitionException cause) {
        if (!cause.remedy().isEmpty()) {
            return cause.remedy();
        }
        String separator = System.lineSeparator() + "    ";
        String ways = cause.attempts().stream()
                .filter(attempt -> !attempt.remedy().isEmpty())
                .map(attempt -> attempt.source() + ": " + attempt.remedy())
                .collect(Collectors.joining(separator));
        if (!ways.isEmpty()) {
            return "Do one of these:" + separator + ways;
        }
        return cause.isTransient()
                ? "Start the application again in a moment."
                : "See docs/troubleshooting.md, or run 'java -jar token-provider.jar explain' in the same place.";
    }
}
