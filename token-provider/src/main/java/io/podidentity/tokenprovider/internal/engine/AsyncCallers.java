package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.engine.InFlightRequest.Waiter;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The callers of one slot that wait for flights without a thread, each until its own deadline.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads; called by none that holds the slot's lock.
 */
final class AsyncCallers {
    private final TokenRequest request;
    private final SingleFlight flights;
    private final Executor executor;
    private final Time time;
    private final @Nullable EventPublisher publisher;
    private final Function<Waiter<?>, InFlightRequest> joinOrStart;

    /**
     * @param board has a caller wait for a flight: that flight, or one that is over and has the answer
     */
    AsyncCallers(
            TokenRequest request,
            SingleFlight flights,
            Executor executor,
            Time time,
            @Nullable EventPublisher publisher,
            Function<Waiter<?>, InFlightRequest> joinOrStart) {
        this.request = request;
        this.flights = flights;
        this.executor = executor;
        this.time = time;
        this.publisher = publisher;
        this.joinOrStart = joinOrStart;
    }

    /**
     * Has a caller that was let in wait.
     *
     * @param before the token that was not good enough; null if there was none
     * @param view what the caller sees of a token
     */
    @SuppressWarnings("FutureReturnValueIgnored") // Of whenComplete: it cannot fail.
    <T> CompletableFuture<T> await(
            @Nullable CachedToken before, boolean force, Duration limit, Function<CachedToken, T> view) {
        long start = time.nanos();
        Waiter<T> waiter = new Waiter<>(before, force, limit.toNanos(), start + limit.toNanos(), view, this::alarm);
        waiter.future.whenComplete((value, thrown) -> flights.leave(waiter));
        EventPublisher told = publisher;
        if (told != null) {
            waiter.told = () -> told.happened(Kind.WAITED, request, waiter.waited(), waiter.token(), waiter.failure());
        }
        InFlightRequest joined = joinOrStart.apply(waiter);
        if (joined.isInstant()) {
            boolean done =
                    waiter.with(joined.token(), joined.failure(), time.nanos()).complete();
            if (done && waiter.told != null) {
                new Completions(executor).add(waiter.told).start();
            }
        }
        return waiter.future;
    }

    /** Gives those who waited for a flight what it came back with, or else another flight. */
    void goOn(PriorityQueue<Waiter<?>> waiters, InFlightRequest over) {
        Completions done = new Completions(executor);
        goOn(waiters, over, done);
        done.start();
    }

    /** The most patient first: the flight that begins for one of them is then good enough for all. */
    private void goOn(PriorityQueue<Waiter<?>> waiters, InFlightRequest over, Completions done) {
        Waiter<?>[] hastiestFirst = waiters.toArray(new Waiter<?>[0]);
        Arrays.sort(hastiestFirst);
        for (int i = hastiestFirst.length - 1; i >= 0; i--) {
            Waiter<?> waiter = hastiestFirst[i];
            boolean completed = over.token() != null || over.failure() != null;
            InFlightRequest next = completed && over.isAnswerFor(waiter.limit, waiter.deadline) ? over : joinOrStart.apply(waiter);
            if (next == over || next.isInstant()) {
                done.add(waiter.with(next.token(), next.failure(), time.nanos()));
            }
        }
    }

    /** Is called on the thread of alarms, which all callers of the process share: nothing may hold that up. */
    private void alarm(InFlightRequest flight) {
        new Completions(executor).add(() -> endWaits(flight)).start();
    }

    /** Looks after those who wait for a flight, when the hastiest has waited long enough. */
    private void endWaits(InFlightRequest flight) {
        List<Waiter<?>> late = new ArrayList<>();
        PriorityQueue<Waiter<?>> stranded = new PriorityQueue<>();
        flights.endWaits(flight, late, stranded);
        Completions done = new Completions(executor);
        for (Waiter<?> waiter : late) {
            Duration limit = Duration.ofNanos(waiter.limit);
            TokenAcquisitionException failed = Failures.timedOut(request.resource(), limit, flight.attempts());
            done.add(waiter.with(null, failed, time.nanos()));
        }
        goOn(stranded, flight, done);
        done.start();
        flights.tell();
    }
}
