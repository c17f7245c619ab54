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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cache's place for one request: its token, and how a call gets the next one.
 *
 * <p>FRESH: the token is returned; no lock, no allocation. REFRESH_DUE: it is returned too, and one request gets the
 * next one behind the callers. While those requests fail the token stays, and the pauses between them grow. EXPIRED or
 * absent: all callers wait for one request, each until its own deadline, and share its token or its failure. A failure
 * is remembered for a moment, or for as long as the server that named a wait wants.
 *
 * <p>The way of a miss: {@link #get} or {@link #getAsync}, {@link #joinOrStart}, {@link SlotState#join}, {@link
 * InFlightRequest#run}, {@link TokenSourceChain#acquire}; and back over {@link #completed} and {@link
 * SlotState#complete}.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is that of {@link SlotState}.
 */
public final class TokenSlot implements InFlightRequest.Slot {
    /** How far apart the clocks must go to be worth an event. */
    private static final long JUMP_MILLIS = 60_000;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;
    private final Duration refreshLimit;
    final SlotState state;

    /** Whether a caller looks after the token already: those that come at the same moment need not queue for that. */
    private volatile boolean inspected;

    TokenSlot(TokenRequest request, TokenSourceChain chain, Executor executor, Time time, Duration refreshLimit) {
        this.request = request;
        this.chain = chain;
        this.executor = executor;
        this.time = time;
        this.refreshLimit = refreshLimit;
        this.state = new SlotState(request, chain, executor, time, this);
    }

    public TokenRequest request() {
        return request;
    }

    public boolean isFor(String resource) {
        return request.resource().equals(resource);
    }

    /** A token that needs no look at anything; null otherwise. The path of nearly all calls. */
    public @Nullable CachedToken fresh() {
        CachedToken token = state.token();
        return token != null && token.isFresh(time.millis()) ? token : null;
    }

    /** Whether its token came from a source to which it is all one whether a program handles claims challenges. */
    boolean isForAllPrograms() {
        CachedToken token = state.token();
        return token != null && !token.run.caeAware;
    }

    @Nullable
    CachedToken get(boolean force, Duration limit) {
        CachedToken before = state.token();
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return usable;
        }
        if (!state.enter()) {
            return null;
        }
        EventPublisher publisher = chain.publisher();
        long start = publisher == null ? 0 : time.nanos();
        CachedToken gained = null;
        TokenAcquisitionException failed = null;
        try {
            gained = await(new Call<>(before, force, limit.toNanos(), time.nanos() + limit.toNanos(), null, null));
            return gained;
        } catch (TokenAcquisitionException e) {
            failed = e;
            throw e;
        } finally {
            state.leave();
            if (publisher != null) {
                publisher.happened(Kind.WAITED, request, Duration.ofNanos(time.nanos() - start), gained, failed);
            }
        }
    }

    /** Waits for one request after the other, until one has an answer or the caller's time is over. */
    private CachedToken await(Call<?> call) {
        while (true) {
            InFlightRequest joined = joinOrStart(call);
            boolean mine = call.deadline - joined.deadline <= 0;
            boolean over;
            try {
                over = joined.await(mine ? call.deadline : joined.deadline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failures.interrupted(request.resource(), e);
            } finally {
                state.leave(joined);
            }
            if (over && joined.isAnswerFor(call)) {
                return joined.result();
            }
            if (over ? call.deadline - time.nanos() <= 0 : mine) {
                throw Failures.timedOut(request.resource(), Duration.ofNanos(call.limit), joined.attempts());
            }
        }
    }

    /**
     * The same without a wait of the calling thread. What is chained to the future runs on a thread of the executor's
     * that waits for nothing else; when nobody waits any more, the request ends.
     */
    <T> @Nullable CompletableFuture<T> getAsync(boolean force, Duration limit, Function<CachedToken, T> view) {
        CachedToken before = state.token();
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return CompletableFuture.completedFuture(view.apply(usable));
        }
        if (!state.enter()) {
            return null;
        }
        long nanos = limit.toNanos();
        CompletableFuture<T> future = new CompletableFuture<>();
        await(new Call<>(before, force, nanos, time.nanos() + nanos, future, view), future);
        return future;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Of whenComplete: it cannot fail.
    private <T> void await(Call<T> caller, CompletableFuture<T> future) {
        future.whenComplete((value, thrown) -> state.leave(caller));
        EventPublisher told = chain.publisher();
        if (told != null) {
            caller.afterwards =
                    () -> told.happened(Kind.WAITED, request, caller.waited(), caller.token, caller.failure);
        }
        InFlightRequest joined = joinOrStart(caller);
        if (joined.isAnswered()) {
            boolean completed =
                    caller.with(joined.token, joined.failure, time.nanos()).complete();
            if (completed && caller.afterwards != null) {
                new Completions(executor).add(caller.afterwards).start();
            }
        }
    }

    @Override
    public InFlightRequest joinOrStart(Call<?> call) {
        InFlightRequest joined = state.join(call).start(executor);
        state.publishTimeOuts();
        return joined;
    }

    @Override
    public boolean completed(InFlightRequest over) {
        AwaitedRequest ended = state.complete(over);
        if (ended == null) {
            return false;
        }
        PriorityQueue<Call<?>> waiting = ended.waiting;
        if (waiting != null) {
            Completions done = new Completions(executor);
            answer(waiting, over, done);
            done.start();
        }
        return ended.decisive;
    }

    /** All callers of the process share the thread of alarms: nothing may hold that up. */
    @Override
    public void waitedLongEnough(InFlightRequest awaited) {
        new Completions(executor).add(() -> endWaits(awaited)).start();
    }

    /**
     * Gives those who waited for a request its answer; has those whom that does not answer wait for another one, the
     * most patient first: the request that starts for one of them is then good enough for all.
     */
    private void answer(PriorityQueue<Call<?>> callers, InFlightRequest over, Completions done) {
        Call<?>[] mostUrgentFirst = callers.toArray(new Call<?>[0]);
        Arrays.sort(mostUrgentFirst);
        for (int i = mostUrgentFirst.length - 1; i >= 0; i--) {
            Call<?> caller = mostUrgentFirst[i];
            boolean completed = over.token != null || over.failure != null;
            InFlightRequest next = completed && over.isAnswerFor(caller) ? over : joinOrStart(caller);
            if (next == over || next.isAnswered()) {
                done.add(caller.with(next.token, next.failure, time.nanos()));
            }
        }
    }

    /** Looks after those who wait for a request, now that the most urgent has waited long enough. */
    private void endWaits(InFlightRequest awaited) {
        List<Call<?>> late = new ArrayList<>();
        PriorityQueue<Call<?>> others = new PriorityQueue<>();
        state.endWaits(awaited, late, others);
        Completions done = new Completions(executor);
        for (Call<?> caller : late) {
            Duration limit = Duration.ofNanos(caller.limit);
            TokenAcquisitionException failed = Failures.timedOut(request.resource(), limit, awaited.attempts());
            done.add(caller.with(null, failed, time.nanos()));
        }
        answer(others, awaited, done);
        done.start();
        state.publishTimeOuts();
    }

    /**
     * The token if it may be handed out now, with a refresh begun behind it if that is due; null if the caller has to
     * wait.
     */
    private @Nullable CachedToken usable(@Nullable CachedToken token) {
        if (token == null) {
            return null;
        }
        long millis = time.millis();
        if (token.isFresh(millis)) {
            return token;
        }
        long nanos = time.nanos();
        if (token.isExpired(millis, nanos)) {
            // Or else a wall clock that is set back would come to the second of the last look once more.
            state.keepChecked(token, millis, nanos);
            return null;
        }
        if (inspected) {
            return token;
        }
        inspected = true;
        try {
            return inspect(token, millis, nanos) ? token : null;
        } finally {
            inspected = false;
        }
    }

    /** Looks at what a token has had no look at for a while; false if it is another account's by now. */
    private boolean inspect(CachedToken token, long millis, long nanos) {
        if (!token.run.isAccountUnchanged()) {
            publish(Kind.ACCOUNT_CHANGED, Duration.ZERO, token);
            return false;
        }
        long ahead = token.drift(millis, nanos);
        if (Math.abs(ahead) >= JUMP_MILLIS) {
            publish(Kind.CLOCK_JUMPED, Duration.ofMillis(ahead), token);
        }
        state.keepChecked(token, millis, nanos);
        if (token.isRefreshDue(millis, nanos)) {
            refresh();
        }
        return true;
    }

    /** Has listeners told of what a look at a token found, off the calling thread, whose token is there. */
    private void publish(Kind kind, Duration duration, CachedToken token) {
        EventPublisher publisher = chain.publisher();
        if (publisher != null && token.run.isNews(kind)) {
            new Completions(executor)
                    .add(() -> publisher.happened(kind, request, duration, token, null))
                    .start();
        }
    }

    private void refresh() {
        InFlightRequest refresh = state.refresh(refreshLimit);
        if (refresh != null) {
            refresh.start(executor);
        }
        state.publishTimeOuts();
    }
}
