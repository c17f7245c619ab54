package io.podidentity.tokenprovider;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One acquisition under way, on a thread of its own, which any number of callers wait for. */
final class Flight implements Runnable {
    /** Whether it goes on when nobody waits for it: a refresh behind the callers. */
    final boolean background;
    /** Callers that wait for it. Guarded by the slot's lock. */
    int waiting;

    private final TokenSlot slot;
    private final TokenRequest request;
    private final long deadline;
    private final CountDownLatch landing = new CountDownLatch(1);
    private volatile @Nullable CachedToken token;
    private volatile @Nullable TokenAcquisitionException failure;
    /** Made for the first caller that does not block. Guarded by this. */
    private @Nullable CompletableFuture<CachedToken> future;

    /** Whether a caller has taken on what one does for all. Guarded by this. */
    private boolean led;

    private volatile @Nullable Thread thread;
    private volatile boolean cancelled;

    /**
     * @param request what is asked for
     * @param deadline when it must be over, on the steady clock
     */
    Flight(TokenSlot slot, TokenRequest request, long deadline, boolean background) {
        this.slot = slot;
        this.request = request;
        this.deadline = deadline;
        this.background = background;
    }

    /** One that is over already: a token that came meanwhile, or a failure of a moment ago. */
    static Flight over(
            TokenSlot slot,
            TokenRequest request,
            long deadline,
            @Nullable CachedToken token,
            @Nullable TokenAcquisitionException failure) {
        Flight over = new Flight(slot, request, deadline, false);
        over.end(token, failure);
        return over;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            if (cancelled) {
                throw new InterruptedException();
            }
            slot.landed(this, slot.acquire(deadline));
        } catch (TokenAcquisitionException e) {
            slot.failed(this, e);
        } catch (InterruptedException e) {
            slot.failed(this, Failures.interrupted(request.resource(), e));
        } catch (Error e) {
            slot.failed(this, Failures.unexpected(request.resource(), e));
            throw e;
        } finally {
            thread = null;
        }
    }

    /** Ends it, since nobody waits for it any more. */
    void cancel() {
        cancelled = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Tells everybody who waits. */
    void end(@Nullable CachedToken token, @Nullable TokenAcquisitionException failure) {
        CompletableFuture<CachedToken> waiting;
        synchronized (this) {
            this.token = token;
            this.failure = failure;
            waiting = future;
        }
        landing.countDown();
        if (waiting != null) {
            complete(waiting);
        }
    }

    /** Makes the calling thread the one that does for all callers what one is enough for; false if another is that. */
    synchronized boolean takeLead() {
        boolean first = !led;
        led = true;
        return first;
    }

    /** Waits for its end; false if that does not come in time. */
    boolean await(long nanos) throws InterruptedException {
        return landing.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** What it came back with; null before its end, and if it failed. */
    @Nullable
    CachedToken token() {
        return token;
    }

    /** Why it failed; null before its end, and if it did not. */
    @Nullable
    TokenAcquisitionException failure() {
        return failure;
    }

    /** Whether it failed only because its deadline passed, which was another caller's and earlier than this one. */
    boolean wasCutShort(TokenAcquisitionException failed, long deadline) {
        return failed.code() == TokenAcquisitionException.Code.TIMED_OUT && deadline - this.deadline > 0;
    }

    /** Its end, for callers that do not block. */
    CompletableFuture<CachedToken> future() {
        CompletableFuture<CachedToken> made;
        synchronized (this) {
            made = future == null ? new CompletableFuture<>() : future;
            future = made;
        }
        complete(made);
        return made;
    }

    /** Completes it if the flight is over. */
    private void complete(CompletableFuture<CachedToken> future) {
        CachedToken gained = token;
        TokenAcquisitionException failed = failure;
        if (gained != null) {
            future.complete(gained);
        } else if (failed != null) {
            future.completeExceptionally(failed);
        }
    }
}
