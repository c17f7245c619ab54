package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the failures of one slot's requests. Says when the next request may begin, and what callers are told until
 * then: a failure is the answer for a second, or for as long as the server that named a wait wants. Made with the first
 * failure, and dropped with the next token.
 *
 * <p><i>Thread-safety:</i> none; guarded by the lock of {@code SlotState}. All times are in nanoseconds, on the steady
 * clock.
 */
final class FailureBackoff {
    private static final long SECOND = 1_000_000_000L;
    private static final int MAX_SHIFT = 6;
    /** A server that wants more is mistaken. */
    private static final Duration HOUR = Duration.ofHours(1);

    /** The last failure that others are told; null for none. */
    private @Nullable TokenAcquisitionException failure;
    /** How long the request had that failed so. */
    private long limit;
    /** Until when that failure is remembered. */
    private long end;
    /** Whether the server named the wait, so that nobody may ask before. */
    private boolean binding;

    private int failedRefreshes;
    /** Before this moment no refresh begins after those. */
    private long noRefreshBefore;

    /** Keeps what a failure says. */
    void add(InFlightRequest failed, boolean awaited, long now) {
        TokenAcquisitionException e = failed.failure;
        if (e == null) {
            return;
        }
        if (failed.old != null) {
            noRefreshBefore = now + (SECOND << Math.min(failedRefreshes, MAX_SHIFT));
            failedRefreshes++;
        }
        Duration wish = e.retryAfter().orElse(Duration.ZERO);
        // A deadline tells of the caller that set it, not of the sources.
        if (!wish.isZero() || (awaited && e.code() != Code.TIMED_OUT)) {
            failure = e;
            limit = failed.limit();
            binding = !wish.isZero();
            end = now + (!binding ? SECOND : wish.compareTo(HOUR) < 0 ? wish.toNanos() : HOUR.toNanos());
        }
    }

    void forgetRefreshes() {
        failedRefreshes = 0;
    }

    boolean isBinding(long now) {
        return binding && end - now > 0;
    }

    boolean allowRefresh(long now) {
        return !isBinding(now) && (failedRefreshes == 0 || now - noRefreshBefore >= 0);
    }

    long end() {
        return end;
    }

    /** The answer to a call of this moment; null if there has to be another request. */
    @Nullable
    TokenAcquisitionException answer(String resource, Call<?> call, long now) {
        TokenAcquisitionException last = failure;
        if (last == null || end - now <= 0) {
            return null;
        }
        if (binding) {
            return end - call.deadline < 0 ? null : Failures.remembered(resource, last, Duration.ofNanos(end - now));
        }
        return !call.force && Failures.isAnswer(last, limit, call.limit) ? last : null;
    }
}
