// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs a task unless it is closed in time.
 *
 * <p>Thread-safety: safe. Lifecycle: from {@link #start} until {@link #close}.
 */
final class RequestTimer implements AutoCloseable {

    /** A future has the JDK's own timer, so that no server needs a thread for its timers. */
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();

    private RequestTimer() {}

    /** @param threads run the task */
    static RequestTimer start(Duration time, Runnable ifLate, Executor threads) {
        var timer = new RequestTimer();
        var unused = timer.closed
                .orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyAsync(
                        late -> {
                            ifLate.run();
                            return false;
                        },
                        threads);
        return timer;
    }

    @Override
    public void close() {
        closed.complete(true);
    }
}
