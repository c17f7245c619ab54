// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Stands still until it is advanced, for tests: no wait ends by itself, and all that are due end at once. Thread-safe.
 */
public final class ManualClock extends EmulatorClock {

    /** For the test's own thread; only a broken test waits so long. */
    private static final long PATIENCE_SECONDS = 20;

    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final List<Instant> waits = new ArrayList<>();

    // @GuardedBy("lock")
    private Instant now;

    /** Stands at {@code start}. */
    public ManualClock(Instant start) {
        this.now = start;
    }

    @Override
    public Instant instant() {
        synchronized (lock) {
            return now;
        }
    }

    /**
     * Moves on, and ends the waits that are due.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("A clock cannot be moved backwards");
        }
        synchronized (lock) {
            now = now.plus(duration);
            waits.removeIf(until -> !until.isAfter(now));
            lock.notifyAll();
        }
    }

    /**
     * Waits, in the machine's time, until that many threads wait for this clock: then advancing it reaches them all.
     *
     * @throws IllegalStateException if that does not happen within 20 seconds
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void awaitWaiters(int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (lock) {
            while (waits.size() < count) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMillis <= 0) {
                    throw new IllegalStateException(waits.size() + " threads wait, where " + count + " were expected");
                }
                lock.wait(leftMillis);
            }
        }
    }

    @Override
    public void awaitUntil(Instant instant) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (lock) {
            if (!instant.isAfter(now)) {
                return;
            }
            waits.add(instant);
            lock.notifyAll();
            try {
                while (instant.isAfter(now)) {
                    lock.wait();
                }
            } catch (InterruptedException e) {
                waits.remove(instant);
                throw e;
            }
        }
    }

    /** The same duration: the caller waits on the machine's clock, not on this one. */
    @Override
    public Duration onTheMachine(Duration duration) {
        return duration;
    }
}
