// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Keeps requests until a test lets them run, on its own thread; futures are completed at once. */
public final class ManualExecutor implements Executor {
    private final Deque<Runnable> requests = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        if (task instanceof CompletableFuture.AsynchronousCompletionTask) {
            task.run();
            return;
        }
        synchronized (this) {
            requests.add(task);
        }
    }

    /** How many requests wait. */
    public synchronized int waiting() {
        return requests.size();
    }

    /** Runs the oldest one to its end. */
    public void runNext() {
        Runnable request;
        synchronized (this) {
            request = requests.remove();
        }
        request.run();
    }
}
