package io.podidentity.tokenprovider.internal.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Something to be done on a thread of the library's, whatever the calling thread is busy with. */
final class SideTask implements Runnable, CompletableFuture.AsynchronousCompletionTask {
    private final Runnable task;

    private SideTask(Runnable task) {
        this.task = task;
    }

    /** Has it done on another thread; if there is none to be had, on the calling one. */
    static void start(Executor executor, Runnable task) {
        Executor relief = RequestExecutor.relief(executor);
        try {
            (relief == null ? executor : relief).execute(new SideTask(task));
        } catch (Throwable e) { // For want of a thread.
            task.run();
        }
    }

    @Override
    public void run() {
        task.run();
    }
}
