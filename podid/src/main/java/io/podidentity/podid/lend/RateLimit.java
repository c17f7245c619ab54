package io.podidentity.podid.lend;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * So many requests at once, and then one whenever an interval has passed.
 *
 * <p><i>Thread-safety:</i> safe.
 */
final class RateLimit {

    private final int burst;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private double left;
    private long seen;

    /** @param nanoTime as {@link System#nanoTime} */
    RateLimit(int burst, Duration interval, LongSupplier nanoTime) {
        this.burst = burst;
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        this.left = burst;
        this.seen = nanoTime.getAsLong();
    }

    /** Takes one, if there is one. */
    synchronized boolean take() {
        long now = nanoTime.getAsLong();
        left = Math.min(burst, left + (double) (now - seen) / intervalNanos);
        seen = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
