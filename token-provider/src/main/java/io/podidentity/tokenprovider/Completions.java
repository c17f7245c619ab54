package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.Flight.Waiter;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Completes futures so that what their owners do then delays nobody else: each thread that takes one sends for the next
 * thread first, which takes over the rest if this one is held up. Quick ones are done by the first few threads.
 */
final class Completions implements Runnable, CompletableFuture.AsynchronousCompletionTask {
    private final Queue<Waiter<?>> waiters = new ConcurrentLinkedQueue<>();
    private final Executor crew;

    Completions(Executor crew) {
        this.crew = crew;
    }

    void add(Waiter<?> waiter) {
        waiters.add(waiter);
    }

    /** Begins, on a thread of the crew's. */
    void start() {
        if (!waiters.isEmpty()) {
            sendForNext(this);
        }
    }

    @Override
    public void run() {
        Waiter<?> waiter = waiters.poll();
        if (waiter != null && !waiters.isEmpty()) {
            sendForNext(null);
        }
        while (waiter != null) {
            Runnable then = waiter.complete() ? waiter.told : null;
            if (then != null) {
                then.run();
            }
            waiter = waiters.poll();
        }
    }

    /** Has something run that must not hold up the calling thread; by that thread if there is no other to be had. */
    static void elsewhere(Executor crew, Runnable what) {
        Runnable task = (Runnable & CompletableFuture.AsynchronousCompletionTask) what::run;
        try {
            crew.execute(task);
        } catch (Throwable e) {
            task.run();
        }
    }

    /**
     * Has another thread run this.
     *
     * @param otherwise what the calling thread does if there is none to be had; null if it goes on anyway
     */
    private void sendForNext(@Nullable Runnable otherwise) {
        try {
            crew.execute(this);
        } catch (Throwable e) {
            if (otherwise != null) {
                otherwise.run();
            }
        }
    }
}
