package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * All that the lock of one slot guards: the token, the requests in flight with the calls that wait for each, and what
 * is remembered of failures.
 *
 * <p>Calls join the current request; there is at most one. It is given up when its deadline has passed, or when nobody
 * wants it any more. Its source may not listen to that: until it returns, the request is still in flight beside the
 * current one. While {@value #MAX_GIVEN_UP} of those are in flight, no other request begins. After {@link #clear} the
 * request that was current is not, and has its own calls alone. A request changes the token only while it is the
 * current one.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is this object's monitor. It is never held while a
 * source is asked, a future is completed, a thread is interrupted, or a listener is told: {@link DeferredWork} does
 * that after each decision.
 */
final class SlotState implements InFlightRequest.Slot {
    /** With so many requests that were given up and whose threads are still busy, no other one begins. */
    static final int MAX_GIVEN_UP = 16;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;

    /** Read without the lock too. */
    private volatile @Nullable CachedToken token;
    /** Which tokens claims challenges refused; null while there was none. */
    private @Nullable Challenges challenges;
    /** What is remembered of failures; null for nothing. */
    private @Nullable FailureBackoff backoff;
    /** Requests that have not ended. */
    private final List<InFlightRequest> requests = new ArrayList<>(1);
    /** The one of them that calls join; null for none. */
    private @Nullable InFlightRequest current;
    /** How many callers wait, for whichever request. */
    private int waiting;
    /** How many have begun to wait since the slot was made. */
    private long numbers;
    /** Whether the slot was evicted, so that nobody may wait here. */
    private boolean closed;

    SlotState(TokenRequest request, TokenSourceChain chain, Executor executor, Time time) {
        this.request = request;
        this.chain = chain;
        this.executor = executor;
        this.time = time;
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
     * for the current request still gets its token; if nobody does, it is given up.
     */
    void clear() {
        DeferredWork work = newWork();
        synchronized (this) {
            token = null;
            InFlightRequest left = current;
            current = null;
            if (left != null) {
                giveUpIfUnwanted(left, work);
            }
            FailureBackoff known = backoff;
            if (known != null && known.isBinding(time.nanos())) {
                // The server's wish holds for the calls to come; how often requests failed does not.
                known.forget();
            } else {
                backoff = null;
            }
        }
        work.perform();
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
        closed = waiting == 0 && requests.isEmpty();
        token = closed ? null : token;
        return closed;
    }

    /** A caller begins to wait; false if nobody may any more. Whoever was let in leaves by {@link #leave}. */
    synchronized boolean enter() {
        waiting += closed ? 0 : 1;
        return !closed;
    }

    /** A call has its answer, or wants none any more. */
    void leave(Call call) {
        DeferredWork work = newWork();
        synchronized (this) {
            waiting--;
            call.hasLeft = true;
            for (int i = requests.size() - 1; i >= 0; i--) {
                InFlightRequest left = requests.get(i);
                if (left.remove(call)) {
                    giveUpIfUnwanted(left, work);
                    break;
                }
            }
        }
        work.perform();
    }

    /**
     * Has a call wait for the current request, or for a new one that begins. A token that came meanwhile, or a failure
     * that is remembered, is its answer at once.
     *
     * @return whether a request began for it
     */
    boolean join(Call call) {
        DeferredWork work = newWork();
        boolean began;
        synchronized (this) {
            call.number = ++numbers;
            began = join(call, work);
        }
        work.perform();
        return began;
    }

    private boolean join(Call call, DeferredWork work) {
        if (call.isUnwanted()) {
            return false;
        }
        long nanos = time.nanos();
        endOverdue(nanos, work);
        Answer known = knownAnswer(call, nanos);
        if (known != null) {
            work.answer(call, known);
            return false;
        }
        InFlightRequest joined = current;
        boolean begins = joined == null;
        if (joined == null) {
            FailureBackoff failed = backoff;
            boolean bound = failed != null && failed.isBinding(nanos);
            long notBefore = failed == null ? nanos : failed.notBefore(nanos);
            // A request that sleeps until the end of a server's wait does not wait for its turn after that.
            joined = begin(call.request, call.start, call.deadline, notBefore, call.force && !bound, null, work);
        }
        joined.add(call);
        return begins;
    }

    /** The answer that is there without a request: a newer token, or a failure; null for none. */
    private @Nullable Answer knownAnswer(Call call, long nanos) {
        CachedToken now = token;
        if (now != null && !now.isSameAs(call.before) && !now.isExpired(time.millis(), nanos)) {
            return now;
        }
        FailureBackoff failed = backoff;
        TokenAcquisitionException failure = failed == null ? null : failed.answer(request.resource(), call, nanos);
        if (failure == null && current == null && givenUp() >= MAX_GIVEN_UP) {
            failure = Failures.tooManyGivenUp(request.resource(), givenUp());
        }
        return failure == null ? null : new Failure(failure);
    }

    /** Begins a request for the next token behind the callers, unless it is not to begin. */
    void refresh(Duration limit, TokenRequest asked) {
        DeferredWork work = newWork();
        synchronized (this) {
            long nanos = time.nanos();
            endOverdue(nanos, work);
            CachedToken old = token;
            boolean allowed = backoff == null || backoff.allowsRefresh(nanos);
            boolean possible = current == null && givenUp() < MAX_GIVEN_UP;
            if (!closed && old != null && allowed && possible) {
                begin(asked, nanos, nanos + limit.toNanos(), nanos, false, old, work);
            }
        }
        work.perform();
    }

    private InFlightRequest begin(
            TokenRequest asked,
            long start,
            long deadline,
            long notBefore,
            boolean forced,
            @Nullable CachedToken old,
            DeferredWork work) {
        InFlightRequest begun = new InFlightRequest(
                request,
                chain.run(withoutCall(asked), deadline, forced),
                chain,
                time,
                this,
                start,
                deadline,
                notBefore,
                old);
        requests.add(begun);
        current = begun;
        work.start(begun);
        return begun;
    }

    /** Until when a call waits, on the steady clock, before its wait has to be looked after by {@link #endWait}. */
    synchronized long waitsUntil(Call call) {
        for (int i = requests.size() - 1; i >= 0; i--) {
            if (requests.get(i).isAwaitedBy(call)) {
                return requests.get(i).waitsUntil(call);
            }
        }
        // It was answered in this moment.
        return call.deadline + InFlightRequest.GRACE_NANOS;
    }

    /** Looks after a call that has waited until {@link #waitsUntil}. */
    void endWait(Call call) {
        DeferredWork work = newWork();
        synchronized (this) {
            for (int i = requests.size() - 1; i >= 0; i--) {
                if (requests.get(i).isAwaitedBy(call)) {
                    endWaits(requests.get(i), work);
                    break;
                }
            }
        }
        work.perform();
    }

    /** All callers of the process share the thread of alarms: nothing may hold that up. */
    @Override
    public void waitedLongEnough(InFlightRequest awaited) {
        RequestExecutor.startSideTask(executor, () -> endWaits(awaited));
    }

    private void endWaits(InFlightRequest awaited) {
        DeferredWork work = newWork();
        synchronized (this) {
            if (requests.contains(awaited)) {
                endWaits(awaited, work);
            }
        }
        work.perform();
    }

    /**
     * Ends the wait of the calls whose deadline has passed. If the request itself is overdue it is given up, and the
     * others wait for another one: the most patient first, so that the request that begins is good enough for all.
     */
    private void endWaits(InFlightRequest awaited, DeferredWork work) {
        long nanos = time.nanos();
        for (Call call = awaited.pollLate(nanos); call != null; call = awaited.pollLate(nanos)) {
            work.timeOut(call, awaited);
        }
        if (!awaited.isOverdue(nanos)) {
            // For the first of the calls that still wait.
            awaited.setAlarm();
            giveUpIfUnwanted(awaited, work);
            return;
        }
        giveUp(awaited, work);
        for (Call call = awaited.pollMostPatient(); call != null; call = awaited.pollMostPatient()) {
            join(call, work);
        }
        // No call waits for it any more, so that this takes its alarm back.
        awaited.setAlarm();
    }

    private void endOverdue(long nanos, DeferredWork work) {
        InFlightRequest last = current;
        if (last != null && last.isOverdue(nanos)) {
            endWaits(last, work);
        }
    }

    @Override
    public boolean end(InFlightRequest over, Answer answer) {
        DeferredWork work = newWork();
        boolean kept;
        try {
            synchronized (this) {
                kept = over == current;
                if (kept) {
                    current = null;
                    keep(over, answer);
                }
                requests.remove(over);
                for (Call call = over.pollMostPatient(); call != null; call = over.pollMostPatient()) {
                    settle(call, over, answer, work);
                }
                over.end();
            }
        } finally {
            work.perform();
        }
        return kept;
    }

    /** Keeps the token of the current request, or remembers its failure. */
    private void keep(InFlightRequest over, Answer answer) {
        if (answer instanceof CachedToken gained) {
            token = gained;
            backoff = null;
        } else if (answer instanceof Failure failure) {
            FailureBackoff known = backoff == null ? new FailureBackoff() : backoff;
            known.add(over, failure.exception(), over.isAwaited(), time.nanos());
            backoff = known;
        }
    }

    /** Gives a call the answer of the request that it waited for, or has it wait for another one. */
    private void settle(Call call, InFlightRequest over, Answer answer, DeferredWork work) {
        if (over.isAnswerFor(call, answer)) {
            work.answer(call, answer);
            return;
        }
        try {
            join(call, work);
        } catch (OutOfMemoryError e) {
            // Then there is no other request; this caller, and those behind it, must not wait in vain.
            work.answer(call, answer);
        }
    }

    private int givenUp() {
        int count = 0;
        for (int i = 0; i < requests.size(); i++) {
            count += requests.get(i).isGivenUp() ? 1 : 0;
        }
        return count;
    }

    /**
     * The last caller ends a request. A refresh behind the callers goes on as long as the token of before is valid; one
     * that has hung since before the expiry does not, nor does one that is not the current request any more.
     */
    private void giveUpIfUnwanted(InFlightRequest left, DeferredWork work) {
        CachedToken old = left.old;
        boolean refreshes = left == current && old != null && !old.isExpired(time.millis(), time.nanos());
        if (!left.isAwaited() && !refreshes) {
            giveUp(left, work);
        }
    }

    /** Ends a request, and leaves it alone if its thread does not come back. */
    private void giveUp(InFlightRequest left, DeferredWork work) {
        if (current == left) {
            current = null;
        }
        if (left.giveUp()) {
            work.giveUp(left);
        }
        if (!left.isGivenUp()) {
            requests.remove(left);
        }
    }

    /** A call's request without what the run of a chain says itself. */
    private static TokenRequest withoutCall(TokenRequest asked) {
        return asked.deadline().isEmpty() && !asked.forceRefresh()
                ? asked
                : asked.withForceRefresh(false).withDeadline(null);
    }

    private DeferredWork newWork() {
        return new DeferredWork(request.resource(), executor, time);
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
