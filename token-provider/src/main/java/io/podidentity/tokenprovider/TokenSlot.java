package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.Flight.Waiter;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.internal.text.Time;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cache's place for one request: its token, the flight that gets the next one, and what is known of its failures.
 *
 * <p>FRESH: the token is returned; no lock, no allocation. REFRESH_DUE: it is returned too, and one flight gets the
 * next one behind the callers; while those flights fail the token stays, and they come ever more seldom. EXPIRED or
 * absent: all callers wait for one flight, each until its own deadline, and share its token or its failure, which is
 * remembered for a moment, or for as long as the server does not want to be asked.
 *
 * <p>The lock guards the fields marked so; it is never held while a source is asked or a future completed. A flight
 * changes the slot only while it is the one under way: one that was given up, or was begun before {@link #clear}, is
 * not.
 */
final class TokenSlot implements Consumer<Flight> {
    /** Flights that were given up and hang still; with so many no other is begun. */
    static final int MAX_ADRIFT = 16;

    private static final long MILLI = 1_000_000L;
    /** How far apart the clocks must go to be worth an event. */
    private static final long JUMP_MILLIS = 60_000;

    private static final long FIRST_BACK_OFF_MILLIS = 1_000;
    private static final int MAX_BACK_OFF_SHIFT = 6;
    /** How much longer than its deadline a caller waits for the flight to say what it was busy with. */
    private static final long GRACE_NANOS = 50 * MILLI;
    /** What the first source has to itself, and needs no longer if it answers at once. */
    private static final long HEAD_START_NANOS = 50 * MILLI;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor crew;
    private final Time time;
    private final Duration refreshLimit;

    private volatile @Nullable CachedToken cached;
    /** Whether a caller looks after the token already: those that come at the same moment need not queue for that. */
    private volatile boolean inspected;
    /** The token of whose account a listener was told, and that of the clock; each is told once. */
    private volatile @Nullable AccessToken toldOfAccount;

    private volatile @Nullable AccessToken toldOfClock;

    private final Object lock = new Object();
    /** The flight under way. Guarded by lock, as all below. */
    private @Nullable Flight flight;
    /** Callers that wait, for whichever flight. */
    private int callers;
    /** Flights that were given up and are not over. */
    private int adrift;
    /** Whether the cache has put another one in its place. */
    private boolean evicted;
    /** What is remembered of a failure; null for nothing. */
    private @Nullable Setback setback;
    /** How many refreshes failed in a row. */
    private int failedRefreshes;
    /** Before this moment none is begun after those, on the steady clock. */
    private long noRefreshBefore;

    /**
     * @param request what the tokens here are for
     * @param refreshLimit how long a refresh behind the callers may take
     */
    TokenSlot(TokenRequest request, TokenSourceChain chain, Executor crew, Time time, Duration refreshLimit) {
        this.request = request;
        this.chain = chain;
        this.crew = crew;
        this.time = time;
        this.refreshLimit = refreshLimit;
    }

    /** What the tokens here are for. */
    TokenRequest request() {
        return request;
    }

    /** Whether its tokens are for just this resource, with nothing else named. */
    boolean isFor(String resource) {
        return request.resource().equals(resource);
    }

    /** A token that needs no look at anything; null otherwise. The path of nearly all calls. */
    @Nullable
    CachedToken fresh() {
        CachedToken token = cached;
        return token != null && token.isFresh(time.millis()) ? token : null;
    }

    /**
     * Forgets all but what a server asked for: no call that begins from now on gets a token of before. Whoever waits
     * for the flight under way still gets its token.
     */
    void clear() {
        synchronized (lock) {
            forget(null);
        }
    }

    /** Begins anew with a token or without one; the caller holds the lock. */
    private void forget(@Nullable CachedToken token) {
        cached = token;
        flight = null;
        failedRefreshes = 0;
        if (token != null || !isThrottled(time.nanos())) {
            setback = null;
        }
    }

    /** Whether it holds nothing that is of use any more. */
    boolean isStale() {
        synchronized (lock) {
            return flight == null && isExpired() && !isThrottled(time.nanos());
        }
    }

    /** Makes it useless, unless somebody is busy with it; a call that finds it so takes the one in its place. */
    boolean evict() {
        synchronized (lock) {
            if (callers > 0 || adrift > 0 || flight != null) {
                return false;
            }
            evicted = true;
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
        if (!enter()) {
            return null;
        }
        Announcer announcer = chain.announcer();
        long start = announcer == null ? 0 : time.nanos();
        CachedToken gained = null;
        TokenAcquisitionException failed = null;
        try {
            gained = await(before, force, limit);
            return gained;
        } catch (TokenAcquisitionException e) {
            failed = e;
            throw e;
        } finally {
            leave();
            if (announcer != null) {
                announcer.happened(Kind.WAITED, request, Duration.ofNanos(time.nanos() - start), gained, failed);
            }
        }
    }

    /** Waits for one flight after the other, until one has an answer or the caller's time is over. */
    private CachedToken await(@Nullable CachedToken before, boolean force, Duration limit) {
        long nanos = limit.toNanos();
        long deadline = time.nanos() + nanos;
        while (true) {
            Flight joined = board(before, force, nanos, deadline, null);
            boolean mine = deadline - joined.deadline <= 0;
            boolean landed;
            try {
                landed = await(joined, mine ? deadline : joined.deadline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failures.interrupted(request.resource(), e);
            } finally {
                leave(joined);
            }
            if (landed && joined.isAnswerFor(nanos, deadline)) {
                return joined.outcome();
            }
            if (landed ? deadline - time.nanos() <= 0 : mine) {
                throw Failures.timedOut(request.resource(), limit, joined.attempts());
            }
        }
    }

    /**
     * Waits for a flight's end; when that takes longer than a moment, one caller sets the later sources to find out.
     */
    private boolean await(Flight joined, long end) throws InterruptedException {
        if (joined.takeLead()) {
            if (joined.await(Math.min(HEAD_START_NANOS, end - time.nanos()))) {
                return true;
            }
            chain.anticipate();
        }
        return joined.await(end - time.nanos() + GRACE_NANOS);
    }

    /**
     * The same without a wait of the calling thread. What is chained to the future runs on a thread of the crew's that
     * waits for nothing else; when nobody waits any more, the flight ends.
     *
     * @param view what the caller sees of a token
     * @return null if the slot was evicted
     */
    @SuppressWarnings("FutureReturnValueIgnored") // Of whenComplete: it cannot fail.
    <T> @Nullable CompletableFuture<T> getAsync(boolean force, Duration limit, Function<CachedToken, T> view) {
        CachedToken before = cached;
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return CompletableFuture.completedFuture(view.apply(usable));
        }
        if (!enter()) {
            return null;
        }
        Waiter<T> waiter = new Waiter<>(before, force, limit.toNanos(), time.nanos() + limit.toNanos(), view);
        waiter.future.whenComplete((value, thrown) -> leave(waiter));
        Announcer announcer = chain.announcer();
        if (announcer != null) {
            long start = time.nanos();
            waiter.told = () -> announcer.happened(
                    Kind.WAITED, request, Duration.ofNanos(time.nanos() - start), waiter.token(), waiter.failure());
        }
        Flight joined = board(waiter);
        if (joined.isInstant()) {
            waiter.with(joined.token(), joined.failure()).complete();
        }
        return waiter.future;
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
    @SuppressWarnings("ReferenceEquality") // The same token is told once.
    private boolean inspect(CachedToken token, long millis, long nanos) {
        Announcer announcer = chain.announcer();
        if (!token.isAccountUnchanged()) {
            if (announcer != null && toldOfAccount != token.token) {
                toldOfAccount = token.token;
                announcer.happened(Kind.ACCOUNT_CHANGED, request, Duration.ZERO, token, null);
            }
            return false;
        }
        if (announcer != null && toldOfClock != token.token && Math.abs(token.drift(millis, nanos)) >= JUMP_MILLIS) {
            toldOfClock = token.token;
            Duration ahead = Duration.ofMillis(token.drift(millis, nanos));
            announcer.happened(Kind.CLOCK_JUMPED, request, ahead, token, null);
        }
        synchronized (lock) {
            // Unless a flight was faster.
            if (cached == token) {
                cached = token.checked(millis, nanos);
            }
        }
        if (token.isRefreshDue(millis, nanos)) {
            refreshBehind();
        }
        return true;
    }

    private void refreshBehind() {
        Flight refresh;
        synchronized (lock) {
            long nanos = time.nanos();
            boolean tooEarly = failedRefreshes > 0 && nanos - noRefreshBefore < 0;
            if (evicted || tooEarly || adrift >= MAX_ADRIFT || isThrottled(nanos) || underWay(nanos) != null) {
                return;
            }
            refresh = flight(refreshLimit.toNanos(), nanos + refreshLimit.toNanos(), true);
            refresh.old = cached;
            flight = refresh;
        }
        takeOff(refresh);
    }

    private Flight board(Waiter<?> waiter) {
        return board(waiter.before, waiter.force, waiter.limit, waiter.deadline, waiter);
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
    private Flight board(
            @Nullable CachedToken before, boolean force, long limit, long deadline, @Nullable Waiter<?> waiter) {
        Flight begun;
        synchronized (lock) {
            CachedToken now = cached;
            long nanos = time.nanos();
            if (now != null && !now.isSameAs(before) && !now.isExpired(time.millis(), nanos)) {
                return instant(limit, deadline, now, null);
            }
            Setback known = setback;
            TokenAcquisitionException failed =
                    known == null ? null : known.answer(request.resource(), force, limit, deadline, nanos);
            if (failed != null) {
                return instant(limit, deadline, null, failed);
            }
            Flight current = underWay(nanos);
            if (current != null) {
                join(current, waiter);
                return current;
            }
            if (adrift >= MAX_ADRIFT) {
                return instant(limit, deadline, null, Failures.stuck(request.resource(), adrift));
            }
            begun = flight(limit, deadline, false);
            if (known != null && known.isBinding(nanos)) {
                begun.notBefore = known.end;
            } else if (force) {
                begun.notBefore = chain.forcedTurn();
            }
            flight = begun;
            join(begun, waiter);
        }
        takeOff(begun);
        return begun;
    }

    private Flight flight(long limit, long deadline, boolean background) {
        return new Flight(request.withDeadline(Duration.ofNanos(limit)), chain, time, this, deadline, background);
    }

    private Flight instant(
            long limit, long deadline, @Nullable CachedToken token, @Nullable TokenAcquisitionException failure) {
        return flight(limit, deadline, false).instantly(token, failure);
    }

    /** The flight under way; one that hangs is given up here, whoever waits for it. The caller holds the lock. */
    private @Nullable Flight underWay(long nanos) {
        Flight current = flight;
        if (current != null && isOverdue(current, nanos)) {
            giveUp(current);
        }
        return flight;
    }

    private static boolean isOverdue(Flight flight, long nanos) {
        return nanos - flight.deadline >= GRACE_NANOS;
    }

    /** The caller holds the lock. */
    private void join(Flight joined, @Nullable Waiter<?> waiter) {
        if (waiter == null) {
            joined.blocked++;
        } else if (!waiter.future.isDone()) {
            PriorityQueue<Waiter<?>> waiters = joined.waiters;
            if (waiters == null) {
                waiters = new PriorityQueue<>();
                joined.waiters = waiters;
                joined.alarm = () -> alarm(joined);
            }
            waiters.add(waiter);
            waiter.flight = joined;
            setAlarm(joined);
        }
    }

    /** Has those looked after that wait without a thread; the caller holds the lock. */
    private void setAlarm(Flight flight) {
        Runnable alarm = flight.alarm;
        if (alarm == null) {
            return;
        }
        PriorityQueue<Waiter<?>> waiters = flight.waiters;
        Waiter<?> hastiest = waiters == null ? null : waiters.peek();
        if (hastiest == null) {
            time.forget(alarm);
        } else {
            long first = hastiest.deadline - flight.deadline < 0 ? hastiest.deadline : flight.deadline;
            time.wake(first + GRACE_NANOS, alarm);
        }
    }

    private void takeOff(Flight begun) {
        try {
            crew.execute(begun);
        } catch (RuntimeException | OutOfMemoryError e) {
            // No thread to be had: the flight ends here, or its callers would wait for nothing.
            begun.end(null, Failures.unexpected(request.resource(), e));
        }
    }

    /** A caller begins to wait; false if the slot was evicted. */
    private boolean enter() {
        synchronized (lock) {
            if (!evicted) {
                callers++;
            }
            return !evicted;
        }
    }

    private void leave() {
        synchronized (lock) {
            callers--;
        }
    }

    /** A caller that blocked waits for this flight no longer. */
    private void leave(Flight left) {
        synchronized (lock) {
            left.blocked--;
            giveUpIfAlone(left);
        }
    }

    /** A caller that does not block has its answer, or wants none any more. */
    private void leave(Waiter<?> waiter) {
        synchronized (lock) {
            callers--;
            Flight left = waiter.flight;
            if (left != null && left.waiters != null) {
                left.waiters.remove(waiter);
                setAlarm(left);
                giveUpIfAlone(left);
            }
        }
    }

    /**
     * The last caller ends a flight. A refresh behind the callers goes on as long as the token is valid; one that has
     * hung since before the expiry does not. The caller holds the lock.
     */
    private void giveUpIfAlone(Flight left) {
        boolean alone = left.blocked == 0 && (left.waiters == null || left.waiters.isEmpty());
        if (alone && (!left.background || isExpired())) {
            giveUp(left);
        }
    }

    /** Ends a flight, and leaves it alone if it does not end. The caller holds the lock. */
    private void giveUp(Flight left) {
        if (flight == left) {
            flight = null;
        }
        if (!left.over && !left.adrift) {
            left.adrift = true;
            adrift++;
            left.cancel();
        }
    }

    /** Whether there is no token that could be handed out; the caller holds the lock. */
    private boolean isExpired() {
        CachedToken token = cached;
        return token == null || token.isExpired(time.millis(), time.nanos());
    }

    /** Whether the server wants not to be asked now; the caller holds the lock. */
    private boolean isThrottled(long nanos) {
        return setback != null && setback.isBinding(nanos);
    }

    /** A flight is over; on its thread. */
    @Override
    public void accept(Flight over) {
        CachedToken token = over.token();
        TokenAcquisitionException failed = over.failure();
        PriorityQueue<Waiter<?>> waiters;
        boolean current;
        synchronized (lock) {
            over.over = true;
            adrift -= over.adrift ? 1 : 0;
            current = flight == over;
            if (current && token != null) {
                forget(token);
            } else if (current && failed != null) {
                flight = null;
                remember(over, failed);
            }
            waiters = over.waiters;
            over.waiters = null;
            setAlarm(over);
        }
        if (waiters != null) {
            Completions done = new Completions(crew);
            goOn(waiters, over, done);
            done.start();
        }
        if (current && failed != null && over.background) {
            System.getLogger(TokenSlot.class.getName())
                    .log(
                            Level.WARNING,
                            "The token is still valid, but getting the next one failed. {0}",
                            failed.getMessage());
        }
    }

    /** Keeps what a failure says about the next flights; the caller holds the lock. */
    private void remember(Flight failed, TokenAcquisitionException e) {
        long nanos = time.nanos();
        if (failed.background) {
            long backOff = (FIRST_BACK_OFF_MILLIS << Math.min(failedRefreshes, MAX_BACK_OFF_SHIFT)) * MILLI;
            failedRefreshes++;
            noRefreshBefore = nanos + backOff;
        }
        boolean awaited = failed.blocked > 0 || failed.waiters != null;
        Setback next = new Setback(e, failed.limit(), nanos);
        // A deadline tells of the caller that set it, not of the sources.
        if (next.isBinding(nanos) || (awaited && e.code() != Code.TIMED_OUT)) {
            setback = next;
        }
    }

    /**
     * Gives those who do not block what a flight came back with, and the rest another flight, the most patient first.
     */
    private void goOn(PriorityQueue<Waiter<?>> waiters, Flight over, Completions done) {
        Waiter<?>[] hastiestFirst = waiters.toArray(new Waiter<?>[0]);
        Arrays.sort(hastiestFirst);
        for (int i = hastiestFirst.length - 1; i >= 0; i--) {
            Waiter<?> waiter = hastiestFirst[i];
            boolean landed = over.token() != null || over.failure() != null;
            Flight next = landed && over.isAnswerFor(waiter.limit, waiter.deadline) ? over : board(waiter);
            if (next == over || next.isInstant()) {
                done.add(waiter.with(next.token(), next.failure()));
            }
        }
    }

    /** Looks after those who do not block; on the thread of the alarms. */
    private void alarm(Flight flight) {
        List<Waiter<?>> late = new ArrayList<>();
        PriorityQueue<Waiter<?>> left = new PriorityQueue<>();
        synchronized (lock) {
            PriorityQueue<Waiter<?>> waiters = flight.waiters;
            if (waiters == null) {
                return;
            }
            long nanos = time.nanos();
            for (Waiter<?> next = waiters.peek(); next != null; next = waiters.peek()) {
                if (nanos - next.deadline < GRACE_NANOS) {
                    break;
                }
                late.add(waiters.remove());
            }
            if (isOverdue(flight, nanos)) {
                left.addAll(waiters);
                waiters.clear();
                giveUp(flight);
            } else {
                giveUpIfAlone(flight);
            }
            setAlarm(flight);
        }
        Completions done = new Completions(crew);
        for (Waiter<?> waiter : late) {
            Duration limit = Duration.ofNanos(waiter.limit);
            done.add(waiter.with(null, Failures.timedOut(request.resource(), limit, flight.attempts())));
        }
        goOn(left, flight, done);
        done.start();
    }
}
