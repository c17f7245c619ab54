// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * Waits until the machine does nothing else, so that a report shows the programs and not their neighbours. The load is
 * the kernel's average over one minute: after a build it needs about two minutes to fall.
 */
final class IdleMachine {
    /** A machine with a lower load than this one is idle. */
    static final double IDLE_BELOW = 0.5;

    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /** Lets time pass. Tests do that without waiting. */
    interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    /** The machine stays busy, or does not tell its load. */
    static final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private BusyException(double load) {
            super(String.format(
                    Locale.ROOT,
                    "The load of this machine is %.2f. Figures count only if it is below %.1f: end other programs, and run"
                            + " this again.",
                    load,
                    IDLE_BELOW));
        }
    }

    private final DoubleSupplier load;
    private final Pause pause;

    /** The machine that this program runs on. */
    IdleMachine() {
        this(ManagementFactory.getOperatingSystemMXBean()::getSystemLoadAverage, time -> Thread.sleep(time.toMillis()));
    }

    IdleMachine(DoubleSupplier load, Pause pause) {
        this.load = load;
        this.pause = pause;
    }

    /**
     * Waits for up to 15 minutes until the load is below {@link #IDLE_BELOW}.
     *
     * @return the load at that time
     * @throws BusyException if the machine stays busy, or does not tell its load
     */
    double awaitIdle() throws InterruptedException {
        double now = load.getAsDouble();
        for (Duration waited = Duration.ZERO; !isIdle(now); waited = waited.plus(INTERVAL)) {
            if (waited.compareTo(PATIENCE) >= 0) {
                throw new BusyException(now);
            }
            pause.pause(INTERVAL);
            now = load.getAsDouble();
        }
        return now;
    }

    /** The load is negative on a system that does not tell it. */
    private static boolean isIdle(double load) {
        return load >= 0 && load < IDLE_BELOW;
    }
}
