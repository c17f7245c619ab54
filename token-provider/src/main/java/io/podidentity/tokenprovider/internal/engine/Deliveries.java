package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.internal.text.Time;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Completes futures, whose owners may do what takes long: each thread that takes one sends for the next thread first,
 * which takes over the rest if this one is held up. Quick ones are done by the first few threads.
 *
 * <p>A program's own executor may have no thread, or drop what it is given. What it has not begun in a moment is done
 * by a thread of the library.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. It needs no memory for the calls themselves, so that a
 * process which has none left strands no future.
 */
final class Deliveries implements Runnable, CompletableFuture.AsynchronousCompletionTask {
    /** How long a program's own executor has to begin. */
    private static final long PATIENCE_NANOS = 250_000_000L;

    private final Executor executor;
    /** For what that does not begin in time; null where the executor is the library's own. */
    private final @Nullable Executor relief;

    private final Time time;
    private final @Nullable Runnable takeOver;
    /** Guarded by this. */
    private @Nullable Call next;

    /**
     * Makes what completes a list of calls.
     *
     * @param first the list, through {@link Call#nextAnswered}
     */
    Deliveries(Call first, Executor executor, Time time) {
        this.next = first;
        this.executor = executor;
        this.relief = RequestExecutor.relief(executor);
        this.time = time;
        this.takeOver = relief == null ? null : this::takeOver;
    }

    void start() {
        Runnable late = takeOver;
        if (late != null) {
            time.wake(time.nanos() + PATIENCE_NANOS, late);
        }
        sendForNext(true);
    }

    @Override
    public void run() {
        Call call = take();
        if (call != null && hasMore()) {
            sendForNext(false);
        }
        while (call != null) {
            forgetIfDone();
            deliver(call);
            call = take();
        }
    }

    /** The last call is taken, so that there is nothing to take over any more. */
    private void forgetIfDone() {
        Runnable late = takeOver;
        if (late != null && !hasMore()) {
            time.forget(late);
        }
    }

    private void takeOver() {
        Executor own = relief;
        if (own != null && hasMore()) {
            own.execute(this);
        }
    }

    static void deliver(Call call) {
        try {
            call.deliver();
        } catch (Throwable e) { // What one owner's code throws, or lacks memory for, does not concern the others.
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private void sendForNext(boolean orRunHere) {
        try {
            executor.execute(this);
        } catch (Throwable e) { // Of an executor of the program's own, or for want of a thread.
            if (orRunHere) {
                run();
            }
        }
    }

    private synchronized @Nullable Call take() {
        Call taken = next;
        next = taken == null ? null : taken.nextAnswered;
        return taken;
    }

    private synchronized boolean hasMore() {
        return next != null;
    }
}
