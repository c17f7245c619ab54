// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.process;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How this process ends by SIGTERM or SIGINT: what it holds is given back, and its exit code is 0. Made before the
 * process says that it is ready, since whoever reads that may send the signal at once. Closed when it ends by itself.
 */
public final class Shutdown implements AutoCloseable {

    /** The time is looked at this often, since a timer would not count the time in which a laptop sleeps. */
    private static final long LOOK_SECONDS = 5;

    private final Thread hook;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Shutdown(Thread hook) {
        this.hook = hook;
    }

    /** From now on, a signal ends this process so: all is given back in this order. */
    public static Shutdown bySignal(Runnable... givesBack) {
        List<Runnable> all = List.of(givesBack);
        // The signals end the JVM by its hooks; only halt can then still choose the exit code.
        var hook = new Thread(() -> {
            try {
                all.forEach(Runnable::run);
            } finally {
                Runtime.getRuntime().halt(0);
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return new Shutdown(hook);
    }

    /** Waits for the signal, or for {@link #end}. */
    public void await() throws InterruptedException {
        ended.await();
    }

    /** Ends what waits for the signal without one. */
    public void end() {
        ended.countDown();
    }

    /** Waits for the signal, or until it is that time by the clock. */
    public void await(Instant end, Clock clock) throws InterruptedException {
        sleepUntil(end, clock);
    }

    /** Waits until it is that time by the clock. */
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
            // The hook does the rest.
        }
    }
}
