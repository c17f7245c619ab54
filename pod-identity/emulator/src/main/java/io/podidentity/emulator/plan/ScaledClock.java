// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import io.podidentity.emulator.time.EmulatorClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The emulated cluster's time on a machine: starts at an instant and runs faster than the machine by a constant factor,
 * even if the machine's date is changed. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ScaledClock extends EmulatorClock {

    private final double timesFaster;
    private final Instant start;
    private final LongSupplier nanoTime;
    private final long startNanos;

    /** Starts now and runs as fast as the machine's time. */
    public static EmulatorClock real() {
        return scaled(1);
    }

    /**
     * Starts now and runs {@code timesFaster} as fast as the machine's time.
     *
     * @param timesFaster 1 or more; at 60 a minute of the cluster passes in a second
     * @throws IllegalArgumentException if it is less than 1 or not a number
     */
    public static EmulatorClock scaled(double timesFaster) {
        return new ScaledClock(timesFaster, Clock.systemUTC().instant(), System::nanoTime);
    }

    ScaledClock(double timesFaster, Instant start, LongSupplier nanoTime) {
        if (!(timesFaster >= 1) || Double.isInfinite(timesFaster)) {
            throw new IllegalArgumentException("A time scale must be a number of at least 1, not " + timesFaster);
        }
        this.timesFaster = timesFaster;
        this.start = start;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        return start.plusNanos((long) ((nanoTime.getAsLong() - startNanos) * timesFaster));
    }

    @Override
    public void awaitUntil(Instant instant) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Duration left = Duration.between(instant(), instant);
        while (!left.isNegative() && !left.isZero()) {
            // Rounded up: a wait of the machine that ends a little early would only be begun again.
            TimeUnit.NANOSECONDS.sleep(onTheMachine(left).toNanos() + 1);
            left = Duration.between(instant(), instant);
        }
    }

    @Override
    public Duration onTheMachine(Duration duration) {
        return Duration.ofNanos((long) (duration.toNanos() / timesFaster));
    }
}
