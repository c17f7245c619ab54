// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was last seen of a token, for health, metrics and the endpoint. No token is in it.
 *
 * @param token which one it is
 * @param source the source of the token; null if there is none
 * @param principal whose token it is; null if that is not known
 * @param expiresOn when it expires; null if there is none
 * @param failure why there is no token, or no next one; null if nothing failed
 * @param attempts what became of each source; empty if none was asked
 * @param at when that was; the epoch if nothing was seen yet
 */
record SeenToken(
        WatchedToken token,
        @Nullable String source,
        @Nullable Principal principal,
        @Nullable Instant expiresOn,
        @Nullable TokenAcquisitionException failure,
        List<TokenAttempt> attempts,
        Instant at) {
    /** Longer than the keeper ever pauses between two attempts. */
    private static final Duration MEMORY = Duration.ofMinutes(30);

    /** What is known of a token that nobody has asked for. */
    static SeenToken notAskedFor(WatchedToken token) {
        return new SeenToken(token, null, null, null, null, List.of(), Instant.EPOCH);
    }

    /** Whether there is a token that is still valid. */
    boolean isValid(Instant now) {
        return expiresOn != null && now.isBefore(expiresOn);
    }

    /** Whether the old token is used because there is no next one. */
    boolean isStale(Instant now) {
        return failure != null && isValid(now);
    }

    /**
     * Whether the application lacks the token: there is none, and somebody asked for it not long ago. A failure that
     * nobody has met for half an hour is one of a resource that is not used any more.
     */
    boolean isMissing(Instant now) {
        return failure != null && !isValid(now) && now.isBefore(at.plus(MEMORY));
    }

    /** What health and the endpoint tell: one object of JSON, in which members without a value are left out. */
    Map<String, Object> report(Instant now) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("identity", token.identity().equals(TokenIdentities.UNNAMED) ? null : token.identity());
        report.put("resource", token.resource());
        report.put("request", token.details().isEmpty() ? null : token.details());
        report.put("state", state(now));
        report.put("source", source);
        report.put("principal", principal == null ? null : principal.toString());
        report.put("expiresOn", expiresOn);
        if (failure != null) {
            report.put("code", failure.code().name());
            report.put("reason", failure.reason());
            report.put("remedy", failure.remedy());
        }
        if (!attempts.isEmpty()) {
            report.put("attempts", attempts.stream().map(SeenToken::report).toList());
        }
        report.values().removeIf(Objects::isNull);
        return report;
    }

    private String state(Instant now) {
        if (failure != null) {
            return isStale(now) ? "STALE" : "FAILED";
        }
        if (expiresOn == null) {
            return "NOT_ASKED_FOR";
        }
        return isValid(now) ? "VALID" : "EXPIRED";
    }

    private static Map<String, Object> report(TokenAttempt attempt) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("source", attempt.source());
        report.put("state", attempt.state().name());
        report.put("durationMillis", attempt.duration().toMillis());
        report.put("reason", attempt.reason());
        report.put("remedy", attempt.remedy());
        report.values().removeIf(""::equals);
        return report;
    }
}
