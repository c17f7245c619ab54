package io.podidentity.benchmarks.stub;

import java.util.ArrayList;
import java.util.List;

/** Counts requests and remembers when they arrived. */
final class Requests {
    // All fields are guarded by this object's monitor.
    private final List<Long> arrivals = new ArrayList<>();

    private int inFlight;
    private int maxInFlight;
    private long number;

    /** Counts a request and returns its number, which starts at 1 with the stub. */
    synchronized long begin() {
        long now = System.nanoTime() / 1_000_000;
        arrivals.add(now);
        inFlight++;
        maxInFlight = Math.max(maxInFlight, inFlight);
        return ++number;
    }

    synchronized void end() {
        inFlight = Math.max(0, inFlight - 1);
    }

    synchronized void forget() {
        arrivals.clear();
        maxInFlight = 0;
        // Requests that still hang belong to the time before.
        inFlight = 0;
    }

    synchronized Seen seen() {
        return new Seen(maxInFlight, List.copyOf(arrivals));
    }
}
