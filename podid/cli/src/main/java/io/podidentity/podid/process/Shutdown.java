// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.process;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of this process at SIGTERM or SIGINT: what the process holds is given back, and its exit code is 0.
 *
 * <p>It is made before the process says that it is ready, since whoever reads that may send the signal at once. It is
 * closed when the process ends by itself. Thread-safe.
 */
public final class Shutdown implements AutoCloseable {

    /** The clock is looked at this often, since a timer would not count the time in which a laptop sleeps. */
    private static final long LOOK_SECONDS = 5;

    private final Thread hook;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Shutdown(Thread hook) {
        this.hook = hook;
    }

    /**
     * Prepares for the signal.
     *
     * @param givesBack what is run at the signal, in this order
     */
    public static Shutdown bySignal(Runnable... givesBack) {
        List<Runnable> inOrder = List.of(givesBack);
        var hook = new Thread(() -> giveBackAndHalt(inOrder));
        Runtime.getRuntime().addShutdownHook(hook);
        return new Shutdown(hook);
    }

    /** A signal makes the JVM run its hooks and then end with a code of its own; only halt can change that code. */
    private static void giveBackAndHalt(List<Runnable> givesBack) {
        try {
            givesBack.forEach(Runnable::run);
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    /** Waits for the signal, or for {@link #end}. */
    public void await() throws InterruptedException {
        ended.await();
    }

    /** Ends {@link #await()} without a signal. */
    public void end() {
        ended.countDown();
    }

    /** Waits for the signal, which ends the process, or until the clock shows a time. */
    public void await(Instant end, Clock clock) throws InterruptedException {
        sleepUntil(end, clock);
    }

    /** Waits until the clock shows a time. */
    public static void sleepUntil(Instant end, Clock clock) throws InterruptedException {
        for (Instant now = clock.instant(); now.isBefore(end); now = clock.instant()) {
            TimeUnit.MILLISECONDS.sleep(Math.min(
                    TimeUnit.SECONDS.toMillis(LOOK_SECONDS),
                    Duration.between(now, end).toMillis() + 1));
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException signalled) {
            // The JVM ends already, and the hook runs.
        }
    }
}
