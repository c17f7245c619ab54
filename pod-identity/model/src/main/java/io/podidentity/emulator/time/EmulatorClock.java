// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The time that passes in the emulated cluster, which may run faster than that of the machine: waits, retries, cycles
 * and propagation delays are counted on it. What leaves the cluster and is judged by a real client, such as the expiry
 * of an access token, stays on the machine's time. Always in UTC. Thread-safe.
 *
 * @since 0.1.0
 */
public abstract class EmulatorClock extends Clock {

    /** For the clocks of the emulator, of a replay and of tests. */
    protected EmulatorClock() {}

    /**
     * Waits until that much time has passed in the cluster; not at all if it is zero or negative.
     *
     * @throws InterruptedException if the thread is interrupted before or while it waits
     */
    public final void await(Duration duration) throws InterruptedException {
        awaitUntil(instant().plus(duration));
    }

    /**
     * Waits until that instant of the cluster; not at all if it is past. What recurs counts from the instant at which
     * it was due, so that none is left out and the period does not drift.
     *
     * @throws InterruptedException if the thread is interrupted before or while it waits
     */
    public abstract void awaitUntil(Instant instant) throws InterruptedException;

    /** How long the machine waits when the cluster waits so long. */
    public abstract Duration onTheMachine(Duration duration);

    @Override
    public final ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /** @throws UnsupportedOperationException if it is not UTC */
    @Override
    public final Clock withZone(ZoneId zone) {
        if (!zone.equals(ZoneOffset.UTC)) {
            throw new UnsupportedOperationException("The cluster's clock is in UTC");
        }
        return this;
    }
}
