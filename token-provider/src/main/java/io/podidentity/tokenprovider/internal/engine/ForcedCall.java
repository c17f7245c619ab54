package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Time;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One forced call, which waits for its turn at each source that it asks: forced calls of a chain ask each source ten
 * times a second, in the order in which they came. IMDS allows 20 requests a second to a machine (Microsoft Learn,
 * "Azure Instance Metadata Service", rate limiting); one process's forced calls leave half of them to others.
 *
 * <p>A call that stops waiting uses no turn: the next one takes its place. Calls that are not forced never wait here.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The monitor of the chain's list guards all calls of a
 * chain, and is taken after that of {@code SlotState}.
 */
final class ForcedCall {
    static final String LIMIT = ": this library lets forced calls ask a source 10 times a second";
    private static final long SPACING_NANOS = 100_000_000L;

    /** What the forced calls of one chain share: those that wait, and when the next one may ask which source. */
    private final List<ForcedCall> waiting;

    private final IdentityHashMap<TokenSource, Long> next;
    private final Time time;
    /** The source that it waits for; null if it waits for none. */
    private @Nullable TokenSource at;
    /** Whether a call that is not forced shares its answer, so that it waits no longer. */
    private boolean free;

    private ForcedCall(List<ForcedCall> waiting, IdentityHashMap<TokenSource, Long> next, Time time) {
        this.waiting = waiting;
        this.next = next;
        this.time = time;
    }

    /** A chain's first. */
    ForcedCall(Time time) {
        this(new ArrayList<>(), new IdentityHashMap<>(), time);
    }

    ForcedCall another() {
        return new ForcedCall(waiting, next, time);
    }

    void await(TokenSource source, long deadline) throws InterruptedException {
        synchronized (waiting) {
            at = source;
            waiting.add(this);
            try {
                long now = time.nanos();
                for (long wait = left(now); !free && wait > 0; wait = left(now)) {
                    if (deadline - now <= 0) {
                        throw late();
                    }
                    time.await(waiting, Math.min(wait, deadline - now));
                    now = time.nanos();
                }
                if (!free) {
                    next.put(source, now + SPACING_NANOS);
                }
            } finally {
                at = null;
                waiting.remove(this);
                waiting.notifyAll();
            }
        }
    }

    /** Lets it go on at once, since a call that is not forced waits for its answer too. */
    void free() {
        synchronized (waiting) {
            free = true;
            waiting.notifyAll();
        }
    }

    boolean isWaiting() {
        synchronized (waiting) {
            return at != null;
        }
    }

    /** How long it has to wait at least, in nanoseconds; behind others until it is woken. */
    private long left(long now) {
        for (ForcedCall call : waiting) {
            if (call.at == at) {
                Long start = next.get(at);
                return call != this ? Long.MAX_VALUE : start == null ? 0 : start - now;
            }
        }
        return 0;
    }

    private TokenAcquisitionException late() {
        String reason = "its turn did not come in time" + LIMIT + ", and " + (waiting.size() - 1) + " others wait";
        return new TokenAcquisitionException(
                Code.TIMED_OUT, reason, "Force fewer refreshes, or allow a longer deadline.");
    }
}
