package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.engine.InFlightRequest.Waiter;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cache's place for one request: its token, and how a call gets the next one.
 *
 * <p>FRESH: the token is returned; no lock, no allocation. REFRESH_DUE: it is returned too, and one flight gets the
 * next one behind the callers; while those flights fail the token stays, and they come ever more seldom. EXPIRED or
 * absent: all callers wait for one flight, each until its own deadline, and share its token or its failure, which is
 * remembered for a moment, or for as long as the server does not want to be asked.
 *
 * <p>{@link SingleFlight} knows the flights and who waits for them, {@link AsyncCallers} the callers that wait without a
 * thread, {@link FailureBackoff} the failures. A flight changes the slot only while it is the one under way: one
 * that was
 * given up, or was begun before {@link #clear}, is not.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is {@code flights}; it is never held while a
 * source is asked or a future completed.
 */
public final class TokenSlot implements Predicate<InFlightRequest> {
    /** How far apart the clocks must go to be worth an event. */
    private static final long JUMP_MILLIS = 60_000;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;
    private final Duration refreshLimit;
    private final SingleFlight flights;

    /** Written under the lock. */
    private volatile @Nullable CachedToken cached;
    /** Whether a caller looks after the token already: those that come at the same moment need not queue for that. */
    private volatile boolean inspected;
    /** Which tokens claims challenges refused; null while there was none. Guarded by the lock. */
    private @Nullable Challenges challenges;
    /** What is remembered of failures; null for nothing. Guarded by the lock. */
    private @Nullable FailureBackoff backoff;
    /** Null while there was none: few programs have any. Written under the lock. */
    private volatile @Nullable AsyncCallers asyncCallers;

    /**
     * @param request what the tokens here are for
     * @param refreshLimit how long a refresh behind the callers may take
     */
    TokenSlot(TokenRequest request, TokenSourceChain chain, Executor executor, Time time, Duration refreshLimit) {
        this.request = request;
        this.chain = chain;
        this.executor = executor;
        this.time = time;
        this.refreshLimit = refreshLimit;
        this.flights = new SingleFlight(time, executor);
    }

    /** What the tokens here are for. */
    public TokenRequest request() {
        return request;
    }

    /** Whether its tokens are for just this resource, with nothing else named. */
    public boolean isFor(String resource) {
        return request.resource().equals(resource);
    }

    /** A token that needs no look at anything; null otherwise. The path of nearly all calls. */
    @Nullable
    public CachedToken fresh() {
        CachedToken token = cached;
        return token != null && token.isFresh(time.millis()) ? token : null;
    }

    /**
     * Forgets all but what a server asked for: no call that begins from now on gets a token of before. Whoever waits
     * for the flight under way still gets its token.
     */
    void clear() {
        synchronized (flights) {
            forget(null);
        }
    }

    /** Begins anew with a token or without one; the caller holds the lock. */
    private void forget(@Nullable CachedToken token) {
        cached = token;
        flights.setCurrent(null);
        FailureBackoff known = backoff;
        if (known != null && token == null && known.isBinding(time.nanos())) {
            known.forgetRefreshes();
        } else {
            backoff = null;
        }
    }

    /** Whether a claims challenge of now refuses the token that is here, as {@link Challenges} says. */
    boolean isChallenged() {
        synchronized (flights) {
            CachedToken token = cached;
            challenges = challenges == null ? new Challenges() : challenges;
            return token != null && challenges.refuse(token, time.millis(), time.nanos());
        }
    }

    /** Takes a newer token in place of the one that is here and was refused. */
    void replace(CachedToken newer) {
        synchronized (flights) {
            CachedToken token = cached;
            if (token != null && newer.isNewerThan(token) && !flights.isClosed()) {
                cached = newer;
            }
        }
    }

    /** Whether its token came from a source to which it is all one whether a program handles claims challenges. */
    boolean isForAllPrograms() {
        CachedToken token = cached;
        return token != null && !token.isCaeAware();
    }

    /**
     * Moves a token to the slot where all programs look for it, unless it was forgotten meanwhile: so its lock is taken
     * while this one's is held.
     */
    void move(CachedToken token, TokenSlot shared) {
        synchronized (flights) {
            if (token.isSameAs(cached) && shared.offer(token)) {
                cached = null;
            }
        }
    }

    private boolean offer(CachedToken token) {
        synchronized (flights) {
            CachedToken known = cached;
            boolean taken = !flights.isClosed() && (known == null || token.isNewerThan(known));
            cached = taken ? token : known;
            return taken;
        }
    }

    /** Whether it holds nothing that is of use any more. */
    boolean isStale() {
        synchronized (flights) {
            CachedToken token = cached;
            long nanos = time.nanos();
            return flights.current() == null
                    && (token == null || token.isExpired(time.millis(), nanos))
                    && (backoff == null || !backoff.isBinding(nanos));
        }
    }

    /** Makes it useless, unless somebody is busy with it; a call that finds it so takes the one in its place. */
    boolean evict() {
        synchronized (flights) {
            if (!flights.close()) {
                return false;
            }
            cached = null;
            return true;
        }
    }

    /**
     * A token, from the cache or after a wait.
     *
     * @return null if the slot was evicted
     * @throws TokenAcquisitionException if there is none
     */
    @Nullable
    CachedToken get(boolean force, Duration limit) {
        CachedToken before = cached;
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return usable;
        }
        if (!flights.enter()) {
            return null;
        }
        EventPublisher publisher = chain.publisher();
        long start = publisher == null ? 0 : time.nanos();
        CachedToken gained = null;
        TokenAcquisitionException failed = null;
        try {
            gained = await(before, force, limit);
            return gained;
        } catch (TokenAcquisitionException e) {
            failed = e;
            throw e;
        } finally {
            flights.leave();
            if (publisher != null) {
                publisher.happened(Kind.WAITED, request, Duration.ofNanos(time.nanos() - start), gained, failed);
            }
        }
    }

    /** Waits for one flight after the other, until one has an answer or the caller's time is over. */
    private CachedToken await(@Nullable CachedToken before, boolean force, Duration limit) {
        long nanos = limit.toNanos();
        long deadline = time.nanos() + nanos;
        while (true) {
            InFlightRequest joined = joinOrStart(before, force, nanos, deadline, null);
            boolean mine = deadline - joined.deadline <= 0;
            boolean completed;
            try {
                completed = joined.await(mine ? deadline : joined.deadline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failures.interrupted(request.resource(), e);
            } finally {
                flights.leave(joined);
            }
            if (completed && joined.isAnswerFor(nanos, deadline)) {
                return joined.outcome();
            }
            if (completed ? deadline - time.nanos() <= 0 : mine) {
                throw Failures.timedOut(request.resource(), limit, joined.attempts());
            }
        }
    }

    /**
     * The same without a wait of the calling thread. What is chained to the future runs on a thread of the crew's that
     * waits for nothing else; when nobody waits any more, the flight ends.
     *
     * @param view what the caller sees of a token
     * @return null if the slot was evicted
     */
    <T> @Nullable CompletableFuture<T> getAsync(boolean force, Duration limit, Function<CachedToken, T> view) {
        CachedToken before = cached;
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return CompletableFuture.completedFuture(view.apply(usable));
        }
        return flights.enter() ? asyncCallers().await(before, force, limit, view) : null;
    }

    private AsyncCallers asyncCallers() {
        AsyncCallers callers = asyncCallers;
        if (callers == null) {
            synchronized (flights) {
                callers = asyncCallers;
                if (callers == null) {
                    callers = new AsyncCallers(request, flights, executor, time, chain.publisher(), this::joinOrStart);
                    asyncCallers = callers;
                }
            }
        }
        return callers;
    }

    /**
     * The token if it may be handed out now, with what is due set going behind it; null if a flight must be waited for.
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
            keepChecked(token, millis, nanos);
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
        if (!token.isAccountUnchanged()) {
            notice(Kind.ACCOUNT_CHANGED, Duration.ZERO, token);
            return false;
        }
        long ahead = token.drift(millis, nanos);
        if (Math.abs(ahead) >= JUMP_MILLIS) {
            notice(Kind.CLOCK_JUMPED, Duration.ofMillis(ahead), token);
        }
        keepChecked(token, millis, nanos);
        if (token.isRefreshDue(millis, nanos)) {
            refreshBehind();
        }
        return true;
    }

    /** Has listeners told of what a look at a token found, off the calling thread, whose token is there. */
    private void notice(Kind kind, Duration duration, CachedToken token) {
        EventPublisher publisher = chain.publisher();
        if (publisher != null && token.isNews(kind)) {
            new Completions(executor)
                    .add(() -> publisher.happened(kind, request, duration, token, null))
                    .start();
        }
    }

    /** Unless a flight was faster. */
    private void keepChecked(CachedToken token, long millis, long nanos) {
        synchronized (flights) {
            if (cached == token) {
                cached = token.checked(millis, nanos);
            }
        }
    }

    private void refreshBehind() {
        InFlightRequest refresh;
        synchronized (flights) {
            long nanos = time.nanos();
            if (flights.isClosed()
                    || flights.abandoned() >= SingleFlight.MAX_ABANDONED
                    || (backoff != null && !backoff.allowRefresh(nanos))
                    || flights.underWay(nanos) != null) {
                return;
            }
            refresh = flight(refreshLimit.toNanos(), nanos + refreshLimit.toNanos(), true);
            refresh.old = cached;
            flights.setCurrent(refresh);
        }
        refresh.start(executor);
        flights.tell();
    }

    private InFlightRequest joinOrStart(Waiter<?> waiter) {
        return joinOrStart(waiter.before, waiter.force, waiter.limit, waiter.deadline, waiter);
    }

    /**
     * Joins the flight under way or begins one; a token that came meanwhile, or a failure that is remembered, will do
     * too.
     *
     * @param before the token that was not good enough; null if there was none
     * @param limit how long the caller waits at most, in nanoseconds
     * @param deadline until when, on the steady clock
     * @param waiter the caller, unless it blocks
     */
    private InFlightRequest joinOrStart(
            @Nullable CachedToken before, boolean force, long limit, long deadline, @Nullable Waiter<?> waiter) {
        InFlightRequest begun;
        synchronized (flights) {
            CachedToken now = cached;
            long nanos = time.nanos();
            if (now != null && !now.isSameAs(before) && !now.isExpired(time.millis(), nanos)) {
                return instant(limit, deadline, now, null);
            }
            FailureBackoff known = backoff;
            TokenAcquisitionException failed =
                    known == null ? null : known.answer(request.resource(), force, limit, deadline, nanos);
            if (failed != null) {
                return instant(limit, deadline, null, failed);
            }
            InFlightRequest current = flights.underWay(nanos);
            if (current != null) {
                if (!force) {
                    current.goOn();
                }
                flights.join(current, waiter);
                return current;
            }
            if (flights.abandoned() >= SingleFlight.MAX_ABANDONED) {
                return instant(limit, deadline, null, Failures.tooManyAbandoned(request.resource(), flights.abandoned()));
            }
            begun = flight(limit, deadline, false);
            if (known != null && known.isBinding(nanos)) {
                begun.notBefore = known.end();
            } else if (force) {
                begun.forced = chain.forcedCall();
            }
            flights.setCurrent(begun);
            flights.join(begun, waiter);
        }
        begun.start(executor);
        flights.tell();
        return begun;
    }

    private InFlightRequest flight(long limit, long deadline, boolean background) {
        return new InFlightRequest(request.withDeadline(Duration.ofNanos(limit)), chain, time, this, deadline, background);
    }

    private InFlightRequest instant(
            long limit, long deadline, @Nullable CachedToken token, @Nullable TokenAcquisitionException failure) {
        return flight(limit, deadline, false).instantly(token, failure);
    }

    /** A flight is over; on its thread. */
    @Override
    public boolean test(InFlightRequest over) {
        CachedToken token = over.token();
        TokenAcquisitionException failed = over.failure();
        PriorityQueue<Waiter<?>> waiters;
        boolean current;
        synchronized (flights) {
            current = flights.current() == over;
            if (current && token != null) {
                forget(token);
            } else if (current && failed != null) {
                flights.setCurrent(null);
                backoff = backoff == null ? new FailureBackoff() : backoff;
                backoff.add(over, failed, time.nanos());
            }
            waiters = flights.end(over);
        }
        if (waiters != null) {
            asyncCallers().goOn(waiters, over);
        }
        return current;
    }
}
