// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs a cycle whenever pods, bindings or identities change, and looks after the machines every three minutes, on a
 * thread of its own. Each hour there is a cycle in any case.
 *
 * <p>Thread-safety: safe. Lifecycle: running from {@link #start} until {@link #close}.
 */
final class MicLoop implements AutoCloseable {

    /** MIC pauses after work, for its caches to catch up. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Duration RECONCILE_INTERVAL = Duration.ofMinutes(3);

    /** After an hour without a change a cycle tries again what has failed. */
    private static final int INTERVALS_BETWEEN_CYCLES = 20;

    private final Mic mic;
    private final EmulatorClock clock;
    private final Semaphore changes = new Semaphore(1);
    private final Thread thread;

    private MicLoop(Mic mic, EmulatorClock clock) {
        this.mic = mic;
        this.clock = clock;
        this.thread = new Thread(this::run, "podid-mic");
        this.thread.setDaemon(true);
    }

    /** Starts with one cycle. */
    static MicLoop start(Mic mic, EmulatorClock clock) {
        var loop = new MicLoop(mic, clock);
        mic.logStart();
        loop.thread.start();
        return loop;
    }

    /** Makes it look at the cluster, which has changed. */
    void look() {
        changes.release();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                awaitCycle();
                changes.drainPermits();
                if (mic.cycle()) {
                    clock.await(PAUSE);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until something changes, or for an hour; meanwhile looks after the machines. */
    private void awaitCycle() throws InterruptedException {
        for (int interval = 0; interval < INTERVALS_BETWEEN_CYCLES; interval++) {
            if (changes.tryAcquire(clock.onTheMachine(RECONCILE_INTERVAL).toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            mic.reconcile();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
