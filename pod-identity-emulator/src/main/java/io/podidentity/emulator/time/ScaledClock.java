package io.podidentity.emulator.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Runs from an instant, by a constant factor faster than the machine, whatever is done to the machine's own date. */
final class ScaledClock extends EmulatorClock {

    private final double timesFaster;
    private final Instant start;
    private final LongSupplier nanoTime;
    private final long startNanos;

    ScaledClock(double timesFaster, Instant start, LongSupplier nanoTime) {
        if (!(timesFaster >= 1) || Double.isInfinite(timesFaster)) {
            throw new IllegalArgumentException("A time scale is a number of 1 or more, not " + timesFaster);
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
