package io.podidentity.tokenprovider.internal.engine;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs what may take long and must delay nobody, such as what the owners of futures do when these are completed: each
 * thread that takes one sends for the next thread first, which takes over the rest if this one is held up. Quick ones
 * are done by the first few threads.
 */
final class Completions implements Runnable, CompletableFuture.AsynchronousCompletionTask {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Executor executor;

    Completions(Executor executor) {
        this.executor = executor;
    }

    Completions add(Runnable task) {
        tasks.add(task);
        return this;
    }

    void start() {
        if (!tasks.isEmpty()) {
            sendForNext(this);
        }
    }

    @Override
    public void run() {
        Runnable task = tasks.poll();
        if (task != null && !tasks.isEmpty()) {
            sendForNext(null);
        }
        while (task != null) {
            task.run();
            task = tasks.poll();
        }
    }

    private void sendForNext(@Nullable Runnable otherwise) {
        try {
            executor.execute(this);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (otherwise != null) {
                otherwise.run();
            }
        }
    }
}
