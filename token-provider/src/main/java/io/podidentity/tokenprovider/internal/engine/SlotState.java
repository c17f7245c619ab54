// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * All that the lock of one slot guards: the token, the requests in flight with their calls, and the remembered
 * failures.
 *
 * <p>There is at most one current request, which new calls join. Of several requests, only the current one may store
 * its token. A request is given up when its deadline has passed, or when nobody wants it any more. Its source may
 * ignore the interrupt, and then the request stays in flight until the source returns. While {@value #MAX_GIVEN_UP}
 * given-up requests are in flight, no other request begins. After {@link #clear} the request that was current is not
 * current any more: no further call joins it.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is this object's monitor. It is never held while a
 * source is asked, a future is completed, a thread is interrupted, or a listener is called: {@link DeferredWork} does
 * all that after each decision.
 */
final class SlotState implements InFlightRequest.Slot {
    /** So many requests that were given up may still be busy before no other request begins. */
    static final int MAX_GIVEN_UP = 16;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;

    /** The token; null for none. Written with the lock, and read without it too. */
    private volatile @Nullable CachedToken token;
    /** Which tokens were refused in claims challenges; null before the first challenge. */
    private @Nullable Challenges challenges;
    /** The remembered failures; null for none. */
    private @Nullable FailureBackoff backoff;
    /** The requests that have not ended. */
    private final List<InFlightRequest> requests = new ArrayList<>(1);
    /** The request that new calls join; null for none. */
    private @Nullable InFlightRequest current;
    /** How many callers wait, for whichever request. */
    private int waiting;
    /** How many callers have begun to wait since the slot was made. */
    private long callCount;
    /** Whether the slot was evicted, so that no caller may wait here. */
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

    /** Notes that both clocks were read for this token, unless the token was replaced meanwhile. */
    synchronized void keepChecked(CachedToken checked, long millis, long nanos) {
        if (token == checked) {
            token = checked.afterCheck(millis, nanos);
        }
    }

    /**
     * Forgets the token and the failures, but not a wait that a server named. No later call gets a token of before. The
     * callers of the current request still get its answer. If there are none, the request is given up.
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
                known.forgetCounts();
            } else {
                backoff = null;
            }
        }
        work.performAll();
    }

    /** Refuses the slot's token if a claims challenge that comes now is about it ({@link Challenges}). True if so. */
    synchronized boolean refuseChallengedToken() {
        CachedToken known = token;
        if (known == null) {
            return false;
        }
        if (challenges == null) {
            challenges = new Challenges();
        }
        return challenges.refuseToken(known, time.millis(), time.nanos());
    }

    /**
     * Replaces the token of the slot whose token was refused, unless this slot's own was forgotten meanwhile. Takes the
     * lock of that slot too.
     */
    synchronized void shareToken(CachedToken shared, SlotState refused) {
        if (shared.isSameAs(token)) {
            refused.replaceToken(shared);
        }
    }

    /** Replaces the slot's token with a newer one. Does nothing if the slot has no token. */
    private synchronized void replaceToken(CachedToken newer) {
        if (token != null) {
            offerToken(newer);
        }
    }

    /** Moves a token to the ordinary slot, unless it was forgotten meanwhile. Takes the lock of that slot too. */
    synchronized void moveToken(CachedToken moved, SlotState ordinary) {
        if (moved.isSameAs(token) && ordinary.offerToken(moved)) {
            token = null;
        }
    }

    /** Takes a token if it is newer than the slot's own. False if it is not, or if the slot was evicted. */
    private synchronized boolean offerToken(CachedToken newer) {
        CachedToken known = token;
        if (closed || (known != null && !newer.isNewerThan(known))) {
            return false;
        }
        token = newer;
        return true;
    }

    /** Whether the slot holds nothing useful: no request, no valid token, and no wait that a server named. */
    synchronized boolean isStale() {
        CachedToken known = token;
        long nanos = time.nanos();
        boolean hasToken = known != null && !known.isExpired(time.millis(), nanos);
        boolean hasWait = backoff != null && backoff.isBinding(nanos);
        return current == null && !hasToken && !hasWait;
    }

    /** Forgets the token, and lets no caller wait from now on. False if a caller waits or a request is in flight. */
    synchronized boolean closeIfUnused() {
        if (waiting > 0 || !requests.isEmpty()) {
            return false;
        }
        closed = true;
        token = null;
        return true;
    }

    /** Lets a caller wait. False if the slot was evicted. A caller that may wait calls {@link #leave} at the end. */
    synchronized boolean enter() {
        if (closed) {
            return false;
        }
        waiting++;
        return true;
    }

    /** Ends the wait of a call that has its answer, or no longer wants one. */
    void leave(Call call) {
        DeferredWork work = newWork();
        synchronized (this) {
            waiting--;
            call.hasLeft = true;
            for (int i = requests.size() - 1; i >= 0; i--) {
                InFlightRequest left = requests.get(i);
                if (left.removeCall(call)) {
                    giveUpIfUnwanted(left, work);
                    break;
                }
            }
        }
        work.performAll();
    }

    /**
     * Makes a call wait for the current request, or begins a request for it. If a token came meanwhile, or a failure is
     * remembered, that is the answer at once.
     *
     * @return whether a request began for this call
     */
    boolean join(Call call) {
        DeferredWork work = newWork();
        boolean began;
        synchronized (this) {
            call.number = ++callCount;
            began = join(call, work);
        }
        work.performAll();
        return began;
    }

    private boolean join(Call call, DeferredWork work) {
        if (call.isUnwanted()) {
            return false;
        }
        long nanos = time.nanos();
        endOverdueRequest(nanos, work);
        Answer known = findAnswer(call, nanos);
        if (known != null) {
            work.addAnswer(call, known);
            return false;
        }
        InFlightRequest joined = current;
        boolean begins = joined == null;
        if (joined == null) {
            joined = beginRequest(call, nanos, work);
        }
        joined.addCall(call);
        return begins;
    }

    /** The answer that needs no request: a newer token, or a failure; null for none. */
    private @Nullable Answer findAnswer(Call call, long nanos) {
        CachedToken now = token;
        if (now != null && !now.isSameAs(call.before) && !now.isExpired(time.millis(), nanos)) {
            return now;
        }
        TokenAcquisitionException failure = null;
        FailureBackoff failed = backoff;
        if (failed != null) {
            failure = failed.findAnswer(request.resource(), call, nanos);
        }
        if (failure == null && current == null && countGivenUp() >= MAX_GIVEN_UP) {
            failure = Failures.tooManyGivenUp(request.resource(), countGivenUp());
        }
        if (failure == null) {
            return null;
        }
        return new Failure(failure);
    }

    /** Begins a request for the next token in the background, unless one is under way or must not begin yet. */
    void beginRefresh(Duration limit, TokenRequest asked) {
        DeferredWork work = newWork();
        synchronized (this) {
            long nanos = time.nanos();
            endOverdueRequest(nanos, work);
            CachedToken old = token;
            boolean isWanted = !closed && old != null;
            boolean isAllowed = backoff == null || backoff.allowsRefresh(nanos);
            boolean isPossible = current == null && countGivenUp() < MAX_GIVEN_UP;
            if (isWanted && isAllowed && isPossible) {
                beginRequest(asked, nanos, nanos + limit.toNanos(), nanos, false, old, work);
            }
        }
        work.performAll();
    }

    private InFlightRequest beginRequest(Call call, long nanos, DeferredWork work) {
        FailureBackoff failed = backoff;
        if (failed != null && failed.isBinding(nanos)) {
            // The request sleeps until the end of the wait that a server named. It need not wait for its turn after
            // that, so it is not forced.
            long wake = failed.endOfServersWait();
            return beginRequest(call.request, call.start, call.deadline, wake, false, null, work);
        }
        return beginRequest(call.request, call.start, call.deadline, nanos, call.force, null, work);
    }

    private InFlightRequest beginRequest(
            TokenRequest asked,
            long start,
            long deadline,
            long notBefore,
            boolean forced,
            @Nullable CachedToken old,
            DeferredWork work) {
        InFlightRequest begun = new InFlightRequest(
                request,
                chain.newRun(withoutDeadlineAndForce(asked), deadline, forced),
                chain,
                time,
                this,
                start,
                deadline,
                notBefore,
                old);
        requests.add(begun);
        current = begun;
        work.addStart(begun);
        return begun;
    }

    /** Until when a call waits, on the steady clock, before {@link #endWaitOfCall} has to be called for it. */
    synchronized long endOfWait(Call call) {
        for (int i = requests.size() - 1; i >= 0; i--) {
            if (requests.get(i).isAwaitedBy(call)) {
                return requests.get(i).endOfWait(call);
            }
        }
        // Another thread has taken the call to answer it. Whatever holds that thread up, this one looks again after a
        // pause.
        return time.nanos() + InFlightRequest.GRACE_NANOS;
    }

    /** Ends the wait of a call whose time is over: it has waited until {@link #endOfWait}. */
    void endWaitOfCall(Call call) {
        DeferredWork work = newWork();
        synchronized (this) {
            for (int i = requests.size() - 1; i >= 0; i--) {
                if (requests.get(i).isAwaitedBy(call)) {
                    endLateCalls(requests.get(i), work);
                    break;
                }
            }
        }
        work.performAll();
    }

    /** Does its work on another thread: all callers of the process share the thread of alarms. */
    @Override
    public void startEndingLateCalls(InFlightRequest awaited) {
        RequestExecutor.startSideTask(executor, () -> endLateCalls(awaited));
    }

    private void endLateCalls(InFlightRequest awaited) {
        DeferredWork work = newWork();
        synchronized (this) {
            if (requests.contains(awaited)) {
                endLateCalls(awaited, work);
            }
        }
        work.performAll();
    }

    /**
     * Ends the wait of the calls whose deadline has passed. If the request itself is overdue, it is given up, and the
     * remaining calls join another request. The call with the latest deadline comes first, because the new request
     * takes its deadline, which then suffices for all. {@link #join} may end the late calls of the current request in
     * the same way.
     */
    private void endLateCalls(InFlightRequest awaited, DeferredWork work) {
        long nanos = time.nanos();
        for (Call call = awaited.pollLate(nanos); call != null; call = awaited.pollLate(nanos)) {
            work.addTimeOut(call, awaited);
        }
        if (!awaited.isOverdue(nanos)) {
            // The alarm is now for the most urgent of the calls that still wait.
            awaited.updateAlarm();
            giveUpIfUnwanted(awaited, work);
            return;
        }
        giveUp(awaited, work);
        for (Call call = awaited.pollMostPatient(); call != null; call = awaited.pollMostPatient()) {
            join(call, work);
        }
        // No call waits for this request any more, so this takes the alarm back.
        awaited.updateAlarm();
    }

    private void endOverdueRequest(long nanos, DeferredWork work) {
        InFlightRequest last = current;
        if (last != null && last.isOverdue(nanos)) {
            endLateCalls(last, work);
        }
    }

    @Override
    public boolean endRequest(InFlightRequest over, Answer answer) {
        DeferredWork work = newWork();
        boolean wasCurrent;
        try {
            synchronized (this) {
                wasCurrent = over == current;
                if (wasCurrent) {
                    current = null;
                    rememberAnswer(over, answer);
                }
                requests.remove(over);
                for (Call call = over.pollMostPatient(); call != null; call = over.pollMostPatient()) {
                    answerOrRejoin(call, over, answer, work);
                }
                over.markEnded();
            }
        } finally {
            work.performAll();
        }
        return wasCurrent;
    }

    /** Keeps the token of the current request, or remembers its failure. */
    private void rememberAnswer(InFlightRequest over, Answer answer) {
        if (answer instanceof CachedToken gained) {
            token = gained;
            backoff = null;
        } else if (answer instanceof Failure failure) {
            if (backoff == null) {
                backoff = new FailureBackoff();
            }
            backoff.addFailure(over, failure.exception(), over.isAwaited(), time.nanos());
        }
    }

    /** Gives a call the answer of its request. If that is no answer for this call, the call joins another request. */
    private void answerOrRejoin(Call call, InFlightRequest over, Answer answer, DeferredWork work) {
        if (over.isAnswerFor(call, answer)) {
            work.addAnswer(call, answer);
            return;
        }
        try {
            join(call, work);
        } catch (OutOfMemoryError e) {
            // There is no memory for another request. This caller, and those behind it, must not wait in vain.
            work.addAnswer(call, answer);
        }
    }

    private int countGivenUp() {
        int count = 0;
        for (int i = 0; i < requests.size(); i++) {
            if (requests.get(i).isGivenUp()) {
                count++;
            }
        }
        return count;
    }

    /**
     * Gives a request up if no call waits for it. A refresh goes on without callers as long as it is current and the
     * old token is valid. After the expiry of the old token it needs callers like any other request.
     */
    private void giveUpIfUnwanted(InFlightRequest left, DeferredWork work) {
        CachedToken old = left.old;
        boolean isRefresh = left == current && old != null && !old.isExpired(time.millis(), time.nanos());
        if (!left.isAwaited() && !isRefresh) {
            giveUp(left, work);
        }
    }

    /** Gives a request up. It stays in the list of requests until its thread comes back. */
    private void giveUp(InFlightRequest left, DeferredWork work) {
        if (current == left) {
            current = null;
        }
        if (left.giveUp()) {
            work.addGivenUp(left);
        }
        if (!left.isGivenUp()) {
            requests.remove(left);
        }
    }

    /** The same request without deadline and forced refresh, of which the run of the chain takes care. */
    private static TokenRequest withoutDeadlineAndForce(TokenRequest asked) {
        if (asked.deadline().isEmpty() && !asked.forceRefresh()) {
            return asked;
        }
        return asked.withForceRefresh(false).withDeadline(null);
    }

    private DeferredWork newWork() {
        return new DeferredWork(request.resource(), executor, time);
    }

    /**
     * Decides which token of a slot a claims challenge is about, because the challenge itself does not say it. In the
     * first second of a token, a challenge is about the token before: several callers may have been challenged at the
     * same time, and one of them has already fetched the new token. After that second the challenge is about this
     * token, and the source is asked. A program may send the same claims with each call, so the second doubles with
     * each refused token, up to four minutes.
     */
    private static final class Challenges {
        private static final long FIRST_MILLIS = 1_000;
        private static final int MAX_SHIFT = 8;

        /** The token that was refused last; null for none. */
        private @Nullable CachedToken refused;
        /** How many tokens were refused. */
        private int count;

        /** Whether a challenge that comes now is about this token, which is then refused from now on. */
        boolean refuseToken(CachedToken token, long millis, long nanos) {
            if (token.isSameAs(refused)) {
                return true;
            }
            if (token.ageMillis(millis, nanos) < FIRST_MILLIS << Math.min(count, MAX_SHIFT)) {
                return false;
            }
            refused = token;
            count++;
            return true;
        }
    }
}
