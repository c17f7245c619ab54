// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import java.time.Duration;

/**
 * Remembers the failures of one slot's requests. It says when the next request may begin, and what callers get until
 * then. A slot makes it with the first failure, and drops it with the next token. {@code invalidate} drops it too,
 * unless a server named a wait.
 *
 * <p>Each failure in a row doubles a pause of 1 s at first. Refreshes pause for at most 64 s. Where callers wait for a
 * token, the pause is at most 32 s, and callers get the failure meanwhile. A failure that callers get long after the
 * last pause starts at 1 s again. If a server named a wait, no call asks it until the wait is over, not even a forced
 * call.
 *
 * <p><i>Thread-safety:</i> guarded by the lock of {@code SlotState}. All times are in nanoseconds, on the steady clock.
 */
final class FailureBackoff {
    private static final long SECOND = 1_000_000_000L;
    private static final int MAX_REFRESH_SHIFT = 6;
    private static final int MAX_SHIFT = 5;

    /** The last failure that further callers get; null for none. */
    private @Nullable TokenAcquisitionException failure;
    /** How long the request with that failure was allowed to take. */
    private long limitNanos;
    /** How long that failure is remembered. */
    private long pause;
    /** Until when that failure is remembered. */
    private long end;
    /** Whether the server named the pause, so that nobody may ask before its end. */
    private boolean binding;
    /** How many failures in a row callers got, without the first one. */
    private int failures;
    /** How many refreshes in a row failed. */
    private int failedRefreshes;
    /** Before this moment no refresh begins. */
    private long noRefreshBefore;

    /**
     * Remembers a failure.
     *
     * @param request the request that failed
     * @param awaited whether callers wait for that request
     */
    void addFailure(InFlightRequest request, TokenAcquisitionException failed, boolean awaited, long now) {
        if (request.old != null) {
            noRefreshBefore = now + (SECOND << Math.min(failedRefreshes, MAX_REFRESH_SHIFT));
            failedRefreshes++;
        }
        Duration wish = failed.retryAfter().orElse(Duration.ZERO);
        // A request that ran into its deadline shows only that its caller allowed little time. A source that reports
        // a timeout before the deadline is slow itself.
        boolean tellsOfSource = failed.code() != Code.TIMED_OUT || now - request.deadline < 0;
        boolean serverNamedWait = !wish.isZero();
        boolean concernsCallers = awaited && tellsOfSource;
        if (!serverNamedWait && !concernsCallers) {
            return;
        }
        countFailure(request, now);
        failure = failed;
        limitNanos = request.limitNanos();
        binding = serverNamedWait;
        if (binding) {
            pause = RetryAfter.limitWait(wish).toNanos();
        } else {
            pause = SECOND << Math.min(failures, MAX_SHIFT);
        }
        end = now + pause;
    }

    /**
     * Counts the failures in a row. A failure is in a row with the last one if it came within one more pause after the
     * end of the last pause, plus the time that its request was allowed. That pause counts as one second at least.
     */
    private void countFailure(InFlightRequest request, long now) {
        boolean inARow = failure != null && now - end <= Math.max(pause, SECOND) + request.limitNanos();
        if (inARow) {
            failures++;
        } else {
            failures = 0;
        }
    }

    /** Forgets how often requests failed, but not the wait that a server named. */
    void forgetCounts() {
        failures = 0;
        failedRefreshes = 0;
    }

    boolean isBinding(long now) {
        return binding && end - now > 0;
    }

    boolean allowsRefresh(long now) {
        return !isBinding(now) && (failedRefreshes == 0 || now - noRefreshBefore >= 0);
    }

    /** When the wait is over that a server named, if {@link #isBinding}. */
    long endOfServersWait() {
        return end;
    }

    /** The failure that answers a call at this moment; null if the call needs a request. */
    @Nullable
    TokenAcquisitionException findAnswer(String resource, Call call, long now) {
        TokenAcquisitionException last = failure;
        if (last == null || end - now <= 0) {
            return null;
        }
        if (!binding) {
            boolean isAnswer = !call.force && Failures.isAnswer(last, limitNanos, call.limitNanos());
            return isAnswer ? last : null;
        }
        // A call whose deadline is later waits: its request begins now, and asks at the end of the server's wait.
        boolean canWait = end - call.deadline < 0;
        return canWait ? null : Failures.duringServersWait(resource, last, Duration.ofNanos(end - now));
    }
}
