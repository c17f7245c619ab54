package io.podidentity.benchmarks.stub;

import java.util.ArrayList;
import java.util.List;

/** Counts requests and remembers when they arrived. */
final class Requests {
    private final Object lock = new Object();
    /** Guarded by lock, as all below. */
    private final List<Long> arrivals = new ArrayList<>();

    private int inFlight;
    private int maxInFlight;
    private long number;

    /** Counts a request and returns its number, which starts at 1 with the stub. */
    long begin() {
        long now = System.nanoTime() / 1_000_000;
        synchronized (lock) {
            arrivals.add(now);
            inFlight++;
            maxInFlight = Math.max(maxInFlight, inFlight);
            return ++number;
        }
    }

    void end() {
        synchronized (lock) {
            inFlight = Math.max(0, inFlight - 1);
        }
    }

    void forget() {
        synchronized (lock) {
            arrivals.clear();
            maxInFlight = 0;
            // Requests that still hang belong to the time before.
            inFlight = 0;
        }
    }

    Seen seen() {
        synchronized (lock) {
            return new Seen(maxInFlight, List.copyOf(arrivals));
        }
    }
}
