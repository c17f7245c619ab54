package io.podidentity.emulator.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time that passes in the emulated cluster, which may run faster than that of the machine: waits, retries, cycles
 * and propagation delays are counted on it. What leaves the cluster and is judged by a real client, such as the expiry
 * of an access token, stays on the machine's time. Always in UTC. Thread-safe.
 */
public abstract class EmulatorClock extends Clock {

    EmulatorClock() {}

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

    /**
     * Starts at an instant and runs faster than the machine by a constant factor, even if the machine's date is
     * changed.
     */
    static final class ScaledClock extends EmulatorClock {

        private final double timesFaster;
        private final Instant start;
        private final LongSupplier nanoTime;
        private final long startNanos;

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
}
