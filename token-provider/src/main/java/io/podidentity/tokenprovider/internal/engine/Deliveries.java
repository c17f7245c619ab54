// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Completes a list of futures. Code that is chained to a future may take long, so each thread asks the executor for
 * another thread before it completes one: that thread takes over the rest if this one is held up. If all is quick, the
 * first few threads do all the work.
 *
 * <p>A program's own executor may have no thread, or drop what it is given. A thread of the library completes what the
 * executor has not begun within 250 ms.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The list needs no memory of its own, so that a process
 * without memory still completes its futures.
 */
final class Deliveries implements Runnable, CompletableFuture.AsynchronousCompletionTask {
    /** For so long a program's own executor may take to begin. */
    private static final long PATIENCE_NANOS = 250_000_000L;

    private final Executor executor;
    /** Does what the program's executor does not begin in time; null if the executor is the library's own. */
    private final @Nullable Executor relief;

    private final Time time;
    /** The alarm after which the relief takes over; null without a relief. */
    private final @Nullable Runnable takeOver;
    /** The call that is delivered next; null if all were taken. Guarded by this. */
    private @Nullable Call next;

    /**
     * Makes the deliveries of a list of calls.
     *
     * @param first the first call of the list, which goes on through {@link Call#nextAnswered}
     */
    Deliveries(Call first, Executor executor, Time time) {
        this.next = first;
        this.executor = executor;
        this.relief = RequestExecutor.reliefOf(executor);
        this.time = time;
        Executor own = relief;
        if (own == null) {
            this.takeOver = null;
        } else {
            this.takeOver = () -> takeOver(own);
        }
    }

    void deliverAll() {
        Runnable alarm = takeOver;
        if (alarm != null) {
            time.wake(time.nanos() + PATIENCE_NANOS, alarm);
        }
        try {
            executor.execute(this);
        } catch (Throwable e) { // The program's executor refuses, or there is no thread.
            run();
        }
    }

    @Override
    public void run() {
        Call call = takeNext();
        if (call != null && hasMore()) {
            requestHelp();
        }
        while (call != null) {
            forgetAlarmIfDone();
            deliverOrReport(call);
            call = takeNext();
        }
    }

    /** Asks for another thread. This one goes on by itself if there is none. */
    private void requestHelp() {
        try {
            executor.execute(this);
        } catch (Throwable e) {
            // The program's executor refuses, or there is no thread.
        }
    }

    /** After the last call was taken there is nothing left to take over. */
    private void forgetAlarmIfDone() {
        Runnable alarm = takeOver;
        if (alarm != null && !hasMore()) {
            time.forget(alarm);
        }
    }

    private void takeOver(Executor own) {
        if (hasMore()) {
            own.execute(this);
        }
    }

    /** Delivers an answer. An exception of the code that is chained to one future does not keep the others waiting. */
    static void deliverOrReport(Call call) {
        try {
            call.deliverAnswer();
        } catch (Throwable e) { // Whatever chained code throws, errors and a lack of memory too.
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private synchronized @Nullable Call takeNext() {
        Call taken = next;
        if (taken != null) {
            next = taken.nextAnswered;
        }
        return taken;
    }

    private synchronized boolean hasMore() {
        return next != null;
    }
}
