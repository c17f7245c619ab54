package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the failures of one slot's requests: when the next request may begin, and what callers are told until then.
 * Made with the first failure, and dropped with the next token.
 *
 * <p>Each failure in a row doubles a pause: of 1 s at first, up to 64 s before the next refresh, and up to 32 s where
 * callers wait for a token, who are told the failure meanwhile. Whoever comes long after a pause begins anew. A server
 * that named a wait is left alone until then by all, forced calls too.
 *
 * <p><i>Thread-safety:</i> none; guarded by the lock of {@code SlotState}. All times are in nanoseconds, on the steady
 * clock.
 */
final class FailureBackoff {
    private static final long SECOND = 1_000_000_000L;
    private static final int MAX_REFRESH_SHIFT = 6;
    private static final int MAX_SHIFT = 5;

    /** The last failure that others are told; null for none. */
    private @Nullable TokenAcquisitionException failure;
    /** How long the request had that failed so. */
    private long limitNanos;
    /** How long that failure is remembered, and until when. */
    private long pause;

    private long end;
    /** Whether the server named the wait, so that nobody may ask before. */
    private boolean binding;
    /** How many failures in a row were told to callers. */
    private int failures;

    private int failedRefreshes;
    /** Before this moment no refresh begins after those. */
    private long noRefreshBefore;

    /**
     * Keeps what a failure says.
     *
     * @param request the request that failed
     * @param awaited whether callers wait for it
     */
    void add(InFlightRequest request, TokenAcquisitionException failed, boolean awaited, long now) {
        if (request.old != null) {
            noRefreshBefore = now + (SECOND << Math.min(failedRefreshes, MAX_REFRESH_SHIFT));
            failedRefreshes++;
        }
        Duration wish = failed.retryAfter().orElse(Duration.ZERO);
        // A deadline that passed tells of the caller that set it. A source that says so earlier tells of itself.
        boolean tellsOfSource = failed.code() != Code.TIMED_OUT || now - request.deadline < 0;
        boolean serverNamedWait = !wish.isZero();
        boolean concernsCallers = awaited && tellsOfSource;
        if (!serverNamedWait && !concernsCallers) {
            return;
        }
        // In a row: the request began at most one more pause after the end of the last one, and may have used its
        // limit.
        boolean inARow = failure != null && now - end <= Math.max(pause, SECOND) + request.limitNanos();
        failures = inARow ? failures + 1 : 0;
        failure = failed;
        limitNanos = request.limitNanos();
        binding = serverNamedWait;
        pause = binding ? RetryAfter.bounded(wish).toNanos() : SECOND << Math.min(failures, MAX_SHIFT);
        end = now + pause;
    }

    /** Forgets all but what a server asked for. */
    void forget() {
        failures = 0;
        failedRefreshes = 0;
    }

    boolean isBinding(long now) {
        return binding && end - now > 0;
    }

    boolean allowsRefresh(long now) {
        return !isBinding(now) && (failedRefreshes == 0 || now - noRefreshBefore >= 0);
    }

    /** When the next request may ask: the end of the wait that a server named, else now. */
    long notBefore(long now) {
        return isBinding(now) ? end : now;
    }

    /** The answer to a call of this moment; null if there has to be another request. */
    @Nullable
    TokenAcquisitionException answer(String resource, Call call, long now) {
        TokenAcquisitionException last = failure;
        if (last == null || end - now <= 0) {
            return null;
        }
        if (binding) {
            // A call with time until then waits: its request begins, and asks at the end of the server's wait.
            return end - call.deadline < 0 ? null : Failures.remembered(resource, last, Duration.ofNanos(end - now));
        }
        return !call.force && Failures.isAnswer(last, limitNanos, call.limitNanos()) ? last : null;
    }
}
