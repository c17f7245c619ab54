package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Time;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits the forced calls of one chain to ten a second for each source, in the order in which they came. IMDS allows 20
 * requests a second to a machine (Microsoft Learn, "Azure Instance Metadata Service", rate limiting); one process's
 * forced calls leave half of them to others.
 *
 * <p>A call that stops waiting uses no turn: the next one takes its place. Calls that are not forced never wait here.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads; its monitor guards all of it, its turns too, and is taken
 * after that of {@link Flights}.
 */
final class ForcedCalls {
    static final String WAITING = "it waits for its turn: this library lets forced calls ask a source 10 times a second";
    private static final long SPACING_NANOS = 100_000_000L;

    private final Time time;
    private final List<Turn> waiting = new ArrayList<>();
    /** When the next forced call may ask a source, on the steady clock. */
    private final IdentityHashMap<TokenSource, Long> next = new IdentityHashMap<>();

    ForcedCalls(Time time) {
        this.time = time;
    }

    /** One forced call that has to wait for its turn at each source it asks. */
    Turn turn() {
        return new Turn();
    }

    /** The waits of one forced call. */
    final class Turn {
        /** The source that it waits for; null if it waits for none. */
        private @Nullable TokenSource at;
        /** Whether a call that is not forced shares its answer, so that it waits no longer. */
        private boolean free;

        /**
         * Waits until it may ask a source.
         *
         * @param deadline the last moment, on the steady clock
         * @throws TokenAcquisitionException if its turn does not come by then
         */
        void await(TokenSource source, long deadline) throws InterruptedException {
            synchronized (ForcedCalls.this) {
                at = source;
                waiting.add(this);
                try {
                    long now = time.nanos();
                    for (long wait = left(now); !free && wait > 0; wait = left(now)) {
                        if (deadline - now <= 0) {
                            throw late();
                        }
                        time.await(ForcedCalls.this, Math.min(wait, deadline - now));
                        now = time.nanos();
                    }
                    if (!free) {
                        next.put(source, now + SPACING_NANOS);
                    }
                } finally {
                    at = null;
                    waiting.remove(this);
                    ForcedCalls.this.notifyAll();
                }
            }
        }

        /** Lets it go on at once, since a call that is not forced waits for its answer too. */
        void free() {
            synchronized (ForcedCalls.this) {
                free = true;
                ForcedCalls.this.notifyAll();
            }
        }

        /** Whether it waits for its turn now. */
        boolean isWaiting() {
            synchronized (ForcedCalls.this) {
                return at != null;
            }
        }

        /** How long it has to wait at least, in nanoseconds; behind others until it is woken. */
        private long left(long now) {
            for (Turn turn : waiting) {
                if (turn.at == at) {
                    Long start = next.get(at);
                    return turn != this ? Long.MAX_VALUE : start == null ? 0 : start - now;
                }
            }
            return 0;
        }

        private TokenAcquisitionException late() {
            return new TokenAcquisitionException(
                    Code.TIMED_OUT,
                    "its turn did not come in time: this library lets forced calls ask a source 10 times a second, and "
                            + (waiting.size() - 1) + " others wait",
                    "Force fewer refreshes, or allow a longer deadline.",
                    null);
        }
    }
}
