package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The callers of one slot that wait for requests without a thread, each until its own deadline.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads; called by none that holds the slot's lock.
 */
final class AsyncCallers {
    private final TokenRequest request;
    private final InFlightRequest.Slot slot;
    private final SlotState state;
    private final Executor executor;
    private final Time time;
    private final @Nullable EventPublisher publisher;

    /**
     * @param request what the tokens of the slot are for
     * @param publisher is told of each wait; null if nobody listens
     */
    AsyncCallers(
            TokenRequest request,
            InFlightRequest.Slot slot,
            SlotState state,
            Executor executor,
            Time time,
            @Nullable EventPublisher publisher) {
        this.request = request;
        this.slot = slot;
        this.state = state;
        this.executor = executor;
        this.time = time;
        this.publisher = publisher;
    }

    /** Has a caller that was let in wait. */
    @SuppressWarnings("FutureReturnValueIgnored") // Of whenComplete: it cannot fail.
    <T> CompletableFuture<T> await(AsyncCaller<T> caller) {
        caller.future.whenComplete((value, thrown) -> state.leave(caller));
        EventPublisher told = publisher;
        if (told != null) {
            caller.afterwards =
                    () -> told.happened(Kind.WAITED, request, caller.waited(), caller.token(), caller.failure());
        }
        InFlightRequest joined = slot.joinOrStart(caller);
        if (joined.isAnswered()) {
            boolean completed =
                    caller.with(joined.token(), joined.failure(), time.nanos()).complete();
            if (completed && caller.afterwards != null) {
                new Completions(executor).add(caller.afterwards).start();
            }
        }
        return caller.future;
    }

    /** Gives those who waited for a request its answer; has those whom that does not answer wait for another one. */
    void answer(PriorityQueue<AsyncCaller<?>> callers, InFlightRequest over) {
        Completions done = new Completions(executor);
        answer(callers, over, done);
        done.start();
    }

    /** The most patient first: the request that starts for one of them is then good enough for all. */
    private void answer(PriorityQueue<AsyncCaller<?>> callers, InFlightRequest over, Completions done) {
        AsyncCaller<?>[] mostUrgentFirst = callers.toArray(new AsyncCaller<?>[0]);
        Arrays.sort(mostUrgentFirst);
        for (int i = mostUrgentFirst.length - 1; i >= 0; i--) {
            AsyncCaller<?> caller = mostUrgentFirst[i];
            boolean completed = over.token() != null || over.failure() != null;
            InFlightRequest next = completed && over.isAnswerFor(caller) ? over : slot.joinOrStart(caller);
            if (next == over || next.isAnswered()) {
                done.add(caller.with(next.token(), next.failure(), time.nanos()));
            }
        }
    }

    /** Looks after those who wait for a request, now that the most urgent has waited long enough. */
    void endWaits(InFlightRequest awaited) {
        List<AsyncCaller<?>> late = new ArrayList<>();
        PriorityQueue<AsyncCaller<?>> others = new PriorityQueue<>();
        state.endWaits(awaited, late, others);
        Completions done = new Completions(executor);
        for (AsyncCaller<?> caller : late) {
            Duration limit = Duration.ofNanos(caller.limit);
            TokenAcquisitionException failed = Failures.timedOut(request.resource(), limit, awaited.attempts());
            done.add(caller.with(null, failed, time.nanos()));
        }
        answer(others, awaited, done);
        done.start();
        state.publishTimeOuts();
    }
}
