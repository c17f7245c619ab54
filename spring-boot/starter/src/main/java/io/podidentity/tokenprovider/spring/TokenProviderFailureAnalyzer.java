// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains, before Boot's own analyzers explain that a record was not bound, and instead of a stack trace, which
 * setting of the token provider is wrong, or why an application got no token at start-up, and what to do.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TokenProviderFailureAnalyzer implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TokenProviderSettingException wrong) {
                return new FailureAnalysis(String.valueOf(wrong.getMessage()), wrong.action(), wrong);
            }
            if (cause instanceof TokenAcquisitionException noToken) {
                return new FailureAnalysis(description(noToken), action(noToken), noToken);
            }
        }
        return null;
    }

    private static String description(TokenAcquisitionException cause) {
        StringBuilder description = new StringBuilder(cause.reason()).append('.');
        for (TokenAttempt attempt : cause.attempts()) {
            description.append(System.lineSeparator()).append("    ").append(attempt);
        }
        return description.toString();
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
