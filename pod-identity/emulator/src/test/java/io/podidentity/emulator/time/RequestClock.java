// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.time;

import io.podidentity.emulator.plan.ScaledClock;
import java.time.Duration;
import java.time.Instant;

/**
 * Lets the threads that answer pods wait for nothing, and counts how long they would have waited; for all others a
 * minute passes in a moment.
 *
 * <p>Thread-safety: safe; the count is that of all pods together.
 */
public final class RequestClock extends EmulatorClock {

    private static final String OF_NMI = "podid-nmi-";

    private final EmulatorClock fast = ScaledClock.scaled(2000);
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private Duration skipped = Duration.ZERO;

    /** How long NMI has waited so far. */
    public Duration skipped() {
        synchronized (lock) {
            return skipped;
        }
    }

    private static boolean isOfNmi() {
        return Thread.currentThread().getName().startsWith(OF_NMI);
    }

    @Override
    public Instant instant() {
        return isOfNmi() ? Instant.EPOCH.plus(skipped()) : fast.instant();
    }

    @Override
    public void awaitUntil(Instant instant) throws InterruptedException {
        if (!isOfNmi()) {
            fast.awaitUntil(instant);
            return;
        }
        synchronized (lock) {
            Duration left = Duration.between(instant(), instant);
            skipped = left.isNegative() ? skipped : skipped.plus(left);
        }
    }

    @Override
    public Duration onTheMachine(Duration duration) {
        return fast.onTheMachine(duration);
    }
}
