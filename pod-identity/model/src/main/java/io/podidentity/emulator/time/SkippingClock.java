// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.time;

import java.time.Duration;
import java.time.Instant;

/**
 * Time passes only by waits, and waits end at once: what takes minutes in a cluster can be shown in a moment.
 *
 * <p>Thread-safety: safe, but of use to one thread only, since each wait moves the time of all.
 *
 * @since 0.1.0
 */
public final class SkippingClock extends EmulatorClock {

    private final Object lock = new Object();

    // @GuardedBy("lock")
    private Instant now;

    public SkippingClock(Instant start) {
        this.now = start;
    }

    @Override
    public Instant instant() {
        synchronized (lock) {
            return now;
        }
    }

    @Override
    public void awaitUntil(Instant instant) {
        synchronized (lock) {
            if (instant.isAfter(now)) {
                now = instant;
            }
        }
    }

    @Override
    public Duration onTheMachine(Duration duration) {
        return Duration.ZERO;
    }
}
