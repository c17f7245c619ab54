package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * All that the lock of one slot guards: the token, the requests in flight with those who wait for each, and what is
 * remembered of failures.
 *
 * <p>Callers join the current request; there is at most one. It is given up when its deadline has passed, or when
 * nobody wants it any more. Its source may not listen to that: until it returns, the request is abandoned. A request
 * changes the token only while it is the current one; one that was given up, or began before {@link #clear}, does not.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is this object's monitor; it is never held while a
 * source is asked or a future completed.
 */
final class SlotState {
    /** With so many abandoned requests no other one begins. */
    static final int MAX_ABANDONED = 16;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;
    private final InFlightRequest.Slot slot;

    /** Read without the lock too. */
    private volatile @Nullable CachedToken token;
    /** Which tokens claims challenges refused; null while there was none. */
    private @Nullable Challenges challenges;
    /** What is remembered of failures; null for nothing. */
    private @Nullable FailureBackoff backoff;
    /** Requests that are not over, and those that are while callers who do not block still have to be told. */
    private final List<AwaitedRequest> requests = new ArrayList<>(1);
    /** The one of them that callers join; null for none. */
    private @Nullable AwaitedRequest current;
    /** Callers that wait, for whichever request. */
    private int callers;
    /** Whether the slot was evicted, so that nobody may wait here. */
    private boolean closed;
    /** Requests that were given up at their deadline, of which no listener was told yet; null for none. */
    private @Nullable List<InFlightRequest> timedOut;

    SlotState(TokenRequest request, TokenSourceChain chain, Executor executor, Time time, InFlightRequest.Slot slot) {
        this.request = request;
        this.chain = chain;
        this.executor = executor;
        this.time = time;
        this.slot = slot;
    }

    /** The token, whatever its age; null for none. Takes no lock. */
    @Nullable
    CachedToken token() {
        return token;
    }

    /** Notes that a token was looked at, unless it was replaced meanwhile. */
    synchronized void keepChecked(CachedToken checked, long millis, long nanos) {
        if (token == checked) {
            token = checked.checked(millis, nanos);
        }
    }

    /**
     * Forgets all but what a server asked for: no call that begins from now on gets a token of before. Whoever waits
     * for the current request still gets its token.
     */
    synchronized void clear() {
        token = null;
        current = null;
        FailureBackoff known = backoff;
        if (known != null && known.isBinding(time.nanos())) {
            known.forgetRefreshes();
        } else {
            backoff = null;
        }
    }

    /** Whether a claims challenge of now refuses the token that is here, as {@link Challenges} says. */
    synchronized boolean isChallenged() {
        CachedToken known = token;
        challenges = challenges == null ? new Challenges() : challenges;
        return known != null && challenges.refuse(known, time.millis(), time.nanos());
    }

    /** Takes a newer token in place of the one that is here and was refused. */
    synchronized void replace(CachedToken newer) {
        if (token != null) {
            offer(newer);
        }
    }

    /** Moves a token to where all programs look for it, unless it was forgotten meanwhile. Takes that lock too. */
    synchronized void move(CachedToken moved, SlotState shared) {
        if (moved.isSameAs(token) && shared.offer(moved)) {
            token = null;
        }
    }

    private synchronized boolean offer(CachedToken newer) {
        CachedToken known = token;
        boolean taken = !closed && (known == null || newer.isNewerThan(known));
        token = taken ? newer : known;
        return taken;
    }

    /** Whether there is nothing here that is of use any more. */
    synchronized boolean isStale() {
        CachedToken known = token;
        long nanos = time.nanos();
        return current == null
                && (known == null || known.isExpired(time.millis(), nanos))
                && (backoff == null || !backoff.isBinding(nanos));
    }

    /** Lets nobody in from now on, and forgets the token; false if a caller waits or a request hangs. */
    synchronized boolean close() {
        closed = callers == 0 && current == null && abandoned() == 0;
        token = closed ? null : token;
        return closed;
    }

    /** A caller begins to wait; false if nobody may any more. */
    synchronized boolean enter() {
        callers += closed ? 0 : 1;
        return !closed;
    }

    /** A caller that blocked has its answer, or wants none any more. */
    synchronized void leave() {
        callers--;
    }

    /**
     * Has a caller wait for the current request, or for a new one, which is to be started then. A token that came
     * meanwhile, or a failure that is remembered, is an answer at once.
     */
    synchronized InFlightRequest join(Call<?> call) {
        CachedToken now = token;
        long nanos = time.nanos();
        if (now != null && !now.isSameAs(call.before) && !now.isExpired(time.millis(), nanos)) {
            return request(call.limit, call.deadline).answer(now, null);
        }
        FailureBackoff known = backoff;
        TokenAcquisitionException failed = known == null ? null : known.answer(request.resource(), call, nanos);
        if (failed == null && underWay(nanos) == null && abandoned() >= MAX_ABANDONED) {
            failed = Failures.tooManyAbandoned(request.resource(), abandoned());
        }
        if (failed != null) {
            return request(call.limit, call.deadline).answer(null, failed);
        }
        AwaitedRequest joined = current;
        if (joined == null) {
            joined = begin(request(call.limit, call.deadline));
            if (known != null && known.isBinding(nanos)) {
                joined.request.notBefore = known.end();
            } else if (call.force) {
                joined.request.forced = chain.forcedCall();
            }
        } else if (!call.force) {
            joined.request.skipQueue();
        }
        joined.add(call);
        return joined.request;
    }

    /** A new request for the next token, to be started behind the callers; null if it is not to be. */
    @Nullable
    synchronized InFlightRequest refresh(Duration limit) {
        long nanos = time.nanos();
        CachedToken old = token;
        if (closed
                || old == null
                || abandoned() >= MAX_ABANDONED
                || (backoff != null && !backoff.allowRefresh(nanos))
                || underWay(nanos) != null) {
            return null;
        }
        InFlightRequest refresh = request(limit.toNanos(), nanos + limit.toNanos());
        refresh.old = old;
        begin(refresh);
        return refresh;
    }

    private AwaitedRequest begin(InFlightRequest begun) {
        AwaitedRequest awaited = new AwaitedRequest(begun, slot, time);
        requests.add(awaited);
        current = awaited;
        return awaited;
    }

    private InFlightRequest request(long limit, long deadline) {
        return new InFlightRequest(request.withDeadline(Duration.ofNanos(limit)), chain, time, slot, deadline);
    }

    /** A caller that blocked waits no longer for this request. */
    void leave(InFlightRequest left) {
        synchronized (this) {
            AwaitedRequest awaited = find(left);
            if (awaited != null) {
                awaited.removeBlocked();
                giveUpIfUnwanted(awaited);
            }
        }
        publishTimeOuts();
    }

    /** A caller that does not block has its answer, or wants none any more. */
    void leave(Call<?> caller) {
        synchronized (this) {
            callers--;
            AwaitedRequest left = null;
            for (int i = requests.size() - 1; i >= 0 && left == null; i--) {
                left = requests.get(i).remove(caller) ? requests.get(i) : null;
            }
            if (left != null) {
                giveUpIfUnwanted(left);
            }
        }
        publishTimeOuts();
    }

    /**
     * Ends the wait of those who have waited long enough without a thread; if the request itself is overdue, the wait
     * of all, and the request.
     */
    synchronized void endWaits(InFlightRequest request, List<Call<?>> late, PriorityQueue<Call<?>> others) {
        AwaitedRequest awaited = find(request);
        if (awaited != null) {
            boolean overdue = awaited.isOverdue(time.nanos());
            awaited.removeLate(late, overdue ? others : null);
            if (overdue) {
                giveUp(awaited);
            } else {
                giveUpIfUnwanted(awaited);
            }
        }
    }

    /** A request is over, with a token or a failure; null if it had been given up before a thread began it. */
    @Nullable
    synchronized AwaitedRequest complete(InFlightRequest over) {
        AwaitedRequest ended = find(over);
        if (ended == null) {
            return null;
        }
        requests.remove(ended);
        ended.end(ended == current);
        if (ended == current) {
            current = null;
            CachedToken gained = over.token;
            if (gained != null) {
                token = gained;
                backoff = null;
            } else {
                backoff = backoff == null ? new FailureBackoff() : backoff;
                backoff.add(over, ended.isAwaited(), time.nanos());
            }
        }
        return ended;
    }

    private @Nullable AwaitedRequest find(InFlightRequest request) {
        for (int i = requests.size() - 1; i >= 0; i--) {
            if (requests.get(i).request == request) {
                return requests.get(i);
            }
        }
        return null;
    }

    private int abandoned() {
        int count = 0;
        for (int i = 0; i < requests.size(); i++) {
            count += requests.get(i).abandoned ? 1 : 0;
        }
        return count;
    }

    /** The current request, unless it is overdue: then it is given up, whoever waits for it. Null for none. */
    private @Nullable AwaitedRequest underWay(long nanos) {
        if (current != null && current.isOverdue(nanos)) {
            giveUp(current);
        }
        return current;
    }

    /**
     * The last caller ends a request. A refresh behind the callers goes on as long as the token of before is valid; one
     * that has hung since before the expiry does not.
     */
    private void giveUpIfUnwanted(AwaitedRequest left) {
        CachedToken old = left.request.old;
        if (!left.isAwaited() && (left != current || old == null || old.isExpired(time.millis(), time.nanos()))) {
            giveUp(left);
        }
    }

    /** Ends a request, and leaves it alone if it does not end. */
    private void giveUp(AwaitedRequest left) {
        if (current == left) {
            current = null;
        }
        if (left.giveUp() && time.nanos() - left.request.deadline >= 0) {
            timedOut = timedOut == null ? new ArrayList<>() : timedOut;
            timedOut.add(left.request);
        }
        if (!left.abandoned && !left.hasWaiting()) {
            requests.remove(left);
        }
    }

    /**
     * Tells listeners of requests that were given up at their deadline, on a thread of its own, since the calling one
     * has an answer to give. The calling thread does not hold the lock.
     */
    void publishTimeOuts() {
        List<InFlightRequest> failed;
        synchronized (this) {
            failed = timedOut;
            timedOut = null;
        }
        if (failed != null) {
            new Completions(executor)
                    .add(() -> failed.forEach(InFlightRequest::publishTimeOut))
                    .start();
        }
    }

    /**
     * Which of one slot's tokens a claims challenge has refused. Whoever brings a challenge does not say which token it
     * is about. In the first second of a token it is the one before: others were challenged at the same time. After
     * that it is this one, and the source is asked. Since a program may bring the same claims with each call, that
     * second doubles with each token that was refused, up to four minutes.
     */
    private static final class Challenges {
        private static final long FIRST_MILLIS = 1_000;
        private static final int MAX_SHIFT = 8;

        private @Nullable CachedToken refused;
        private int count;

        /** Whether a challenge of this moment refuses a token. */
        boolean refuse(CachedToken token, long millis, long nanos) {
            if (token.isSameAs(refused)) {
                return true;
            }
            if (token.age(millis, nanos) < FIRST_MILLIS << Math.min(count, MAX_SHIFT)) {
                return false;
            }
            refused = token;
            count++;
            return true;
        }
    }
}
