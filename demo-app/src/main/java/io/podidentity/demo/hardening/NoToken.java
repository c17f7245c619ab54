// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import io.podidentity.demo.sample.Problem;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The problem that there is no token, for whoever sees neither the log nor the machine: with all that was tried. */
public final class NoToken {
    private NoToken() {}

    /** The problem for a failure. */
    public static Problem problem(TokenAcquisitionException failure) {
        Problem problem = Problem.of(failure);
        List<TokenAttempt> attempts = failure.attempts();
        if (failure.remedy().isEmpty()) {
            problem.advise(remedies(attempts));
        }
        if (!attempts.isEmpty()) {
            problem.getBody()
                    .setProperty(
                            "attempts", attempts.stream().map(NoToken::json).toList());
        }
        return problem;
    }

    private static String remedies(List<TokenAttempt> attempts) {
        return attempts.stream()
                .filter(attempt -> !attempt.remedy().isEmpty())
                .map(attempt -> attempt.source() + ": " + attempt.remedy())
                .collect(Collectors.joining(" "));
    }

    private static Map<String, Object> json(TokenAttempt attempt) {
        return Map.of(
                "source", attempt.source(),
                "state", attempt.state(),
                "durationMillis", attempt.duration().toMillis(),
                "reason", attempt.reason(),
                "remedy", attempt.remedy());
    }
}
