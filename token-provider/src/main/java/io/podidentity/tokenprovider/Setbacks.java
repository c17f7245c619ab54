package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import org.jspecify.annotations.Nullable;

/**
 * What the failed flights of one slot say about the next ones: what their callers are told in a flight's place, and
 * when another one may begin. Made with the first failure, and dropped with the next token.
 *
 * <p><i>Thread-safety:</i> guarded by the slot's lock. All times are in nanoseconds, on the steady clock.
 */
final class Setbacks {
    private static final long FIRST_BACK_OFF_NANOS = 1_000_000_000L;
    private static final int MAX_BACK_OFF_SHIFT = 6;

    private @Nullable Setback last;
    /** How many refreshes failed in a row. */
    private int failedRefreshes;
    /** Before this moment none is begun after those. */
    private long noRefreshBefore;

    /** Keeps what a failure says. */
    void add(Flight failed, TokenAcquisitionException e, long now) {
        if (failed.background) {
            noRefreshBefore = now + (FIRST_BACK_OFF_NANOS << Math.min(failedRefreshes, MAX_BACK_OFF_SHIFT));
            failedRefreshes++;
        }
        boolean awaited = failed.blocked > 0 || failed.waiters != null;
        Setback next = new Setback(e, failed.limit(), now);
        // A deadline tells of the caller that set it, not of the sources.
        if (next.isBinding(now) || (awaited && e.code() != Code.TIMED_OUT)) {
            last = next;
        }
    }

    /** Forgets the failed refreshes. */
    void forgetRefreshes() {
        failedRefreshes = 0;
    }

    /** Whether the server wants not to be asked now. */
    boolean isBinding(long now) {
        return last != null && last.isBinding(now);
    }

    /** Whether a refresh may begin. */
    boolean allowRefresh(long now) {
        return !isBinding(now) && (failedRefreshes == 0 || now - noRefreshBefore >= 0);
    }

    /** Until when the server wants not to be asked, if it does. */
    long end() {
        return requireNonNull(last).end;
    }

    /** The answer to a caller of this moment, as {@link Setback#answer} says; null if there has to be a flight. */
    @Nullable
    TokenAcquisitionException answer(String resource, boolean force, long limit, long deadline, long now) {
        return last == null ? null : last.answer(resource, force, limit, deadline, now);
    }
}
