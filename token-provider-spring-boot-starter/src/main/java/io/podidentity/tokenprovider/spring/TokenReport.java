package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What health and the endpoint tell about a token: names and times, never the token. */
final class TokenReport {
    private TokenReport() {}

    /** One object of JSON; members without a value are left out. */
    static Map<String, Object> of(SeenToken token, Instant now) {
        Map<String, Object> report = new LinkedHashMap<>();
        if (!token.identity().equals(TokenIdentities.UNNAMED)) {
            report.put("identity", token.identity());
        }
        report.put("resource", token.resource());
        report.put("state", state(token, now));
        put(report, "source", token.source());
        if (token.principal() != null) {
            report.put("principal", token.principal().toString());
        }
        put(report, "expiresOn", token.expiresOn());
        TokenAcquisitionException failure = token.failure();
        if (failure != null) {
            report.put("code", failure.code().name());
            report.put("reason", failure.reason());
            report.put("remedy", failure.remedy());
        }
        if (!token.attempts().isEmpty()) {
            report.put(
                    "attempts",
                    token.attempts().stream().map(TokenReport::attempt).toList());
        }
        return report;
    }

    private static String state(SeenToken token, Instant now) {
        if (token.isStale(now)) {
            return "STALE";
        }
        if (token.failure() != null) {
            return "FAILED";
        }
        if (token.expiresOn() == null) {
            return "NOT_ASKED_FOR";
        }
        return token.isValid(now) ? "VALID" : "EXPIRED";
    }

    private static Map<String, Object> attempt(TokenAttempt attempt) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("source", attempt.source());
        report.put("state", attempt.state().name());
        report.put("durationMillis", attempt.duration().toMillis());
        report.put("reason", attempt.reason());
        report.put("remedy", attempt.remedy());
        report.values().removeIf(""::equals);
        return report;
    }

    private static void put(Map<String, Object> report, String name, @Nullable Object value) {
        if (value != null) {
            report.put(name, value);
        }
    }

    static List<Map<String, Object>> of(List<SeenToken> tokens, Instant now) {
        return tokens.stream().map(token -> of(token, now)).toList();
    }
}
