package io.podidentity.tokenprovider;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One acquisition under way, on a thread of its own, which any number of callers wait for. */
final class Flight implements Runnable {
    final CompletableFuture<CachedToken> landing = new CompletableFuture<>();
    /** Whether it goes on when nobody waits for it: a refresh behind the callers. */
    final boolean background;

    private final TokenSlot slot;
    private final TokenRequest request;
    /** Callers that wait for it. Guarded by the slot's lock. */
    int waiting;

    private volatile @Nullable Thread thread;
    private volatile boolean cancelled;

    /**
     * @param request what is asked for, with the flight's own deadline
     */
    Flight(TokenSlot slot, TokenRequest request, boolean background) {
        this.slot = slot;
        this.request = request;
        this.background = background;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            if (cancelled) {
                throw new InterruptedException();
            }
            slot.landed(this, slot.acquire(request));
        } catch (TokenAcquisitionException e) {
            slot.crashed(this, e);
        } catch (InterruptedException e) {
            slot.crashed(this, Failures.interrupted(request.resource(), e));
        } catch (Error e) {
            slot.crashed(this, Failures.unexpected(request.resource(), e));
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
}
