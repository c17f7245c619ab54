// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/**
 * One run of the chain, on a thread of its own, with the calls that wait for it.
 *
 * <pre>
 *            its thread begins             its source comes back
 *     NEW ─────────────────────▶ RUNNING ─────────────────────────▶ ENDED
 *      │                            │                                 ▲ ▲
 *      │                            │ its deadline passed, or         │ │
 *      │                            ▼ nobody wants it any more        │ │
 *      │                        GIVEN_UP ─────────────────────────────┘ │
 *      │                                   its source comes back        │
 *      └────────────────────────────────────────────────────────────────┘
 *        given up before its thread began, or there is no thread for it
 * </pre>
 *
 * <p>A request may take as long as the caller that began it allows. Callers that join do not extend that time: so it is
 * known from the start when a hung request is given up, and the sources can divide their time. Giving a request up
 * interrupts its thread. In the state GIVEN_UP that thread is still busy until its source comes back, and nobody gets
 * what the source brings.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. State, thread and calls are guarded by the lock of the
 * slot. Some methods are called with that lock, as the comments below say, and the others take it.
 */
final class InFlightRequest implements Runnable {
    /** Where a request is in its life. */
    enum State {
        /** No thread has begun it. */
        NEW,
        /** A thread asks the chain. */
        RUNNING,
        /** A thread is still busy with it, and nobody wants its result. */
        GIVEN_UP,
        /** No thread is busy with it, and none will be. */
        ENDED
    }

    /** Where a request comes from, and where its answer goes. */
    interface Slot {
        /**
         * Takes the answer of a request that is over. Called without the lock, on the thread of the request or on the
         * one that could not start it.
         *
         * @return whether the request was the current one
         */
        boolean endRequest(InFlightRequest over, Answer answer);

        /** Looks after a request whose most urgent call is late. Called on the thread of alarms, without the lock. */
        void startEndingLateCalls(InFlightRequest awaited);
    }

    /** For so long after its deadline a caller waits for the request to say what it was busy with. */
    static final long GRACE_NANOS = 50_000_000L;

    /** When the call came that the request was begun for, or when the refresh began; on the steady clock. */
    final long start;
    /** When the request must be over, on the steady clock. */
    final long deadline;
    /**
     * The token that callers get while this request refreshes it; such a request goes on even if no call waits for it.
     * Null for a request that began because a call waits.
     */
    final @Nullable CachedToken old;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Time time;
    /** Where the answer goes. Its monitor is the lock. */
    private final Slot slot;
    /** Before this moment no source is asked, on the steady clock. */
    private final long notBefore;

    private final ChainRun chainRun;

    private State state = State.NEW;
    /** The thread that runs the request, or that hands it over to an executor; null for none. */
    private @Nullable Thread thread;
    /**
     * Whether another thread is about to interrupt {@link #thread}. Until it has done so, the thread waits in {@link
     * #releaseThread}, because otherwise the interrupt would hit the thread's next work.
     */
    private boolean interrupting;
    /** The calls that wait for the request, the most urgent first. */
    private final TreeSet<Call> calls = new TreeSet<>();
    /** Runs when the most urgent call is late; null while no call needed that. */
    private @Nullable Runnable alarm;
    /** When the alarm is to run, on the steady clock; valid only while {@link #alarmIsSet}. */
    private long alarmAt;

    private boolean alarmIsSet;

    /**
     * Makes a request that is to be started.
     *
     * @param request what listeners see as the request
     * @param chainRun asks the sources
     */
    InFlightRequest(
            TokenRequest request,
            ChainRun chainRun,
            TokenSourceChain chain,
            Time time,
            Slot slot,
            long start,
            long deadline,
            long notBefore,
            @Nullable CachedToken old) {
        this.request = request;
        this.chain = chain;
        this.time = time;
        this.slot = slot;
        this.start = start;
        this.deadline = deadline;
        this.notBefore = notBefore;
        this.old = old;
        this.chainRun = chainRun;
    }

    /** How long the request may take: as long as the call that it was begun for may wait, in nanoseconds. */
    long limitNanos() {
        return deadline - start;
    }

    // The life of the request. The methods up to markEnded() are called with the lock, the others without.

    /** Whether the deadline passed so long ago that the request is given up, and its calls end or join another one. */
    boolean isOverdue(long nanos) {
        return nanos - deadline >= GRACE_NANOS;
    }

    /** Gives the request up. False if it was given up before, or has ended. */
    boolean giveUp() {
        if (state == State.GIVEN_UP || state == State.ENDED) {
            return false;
        }
        chainRun.giveUp();
        if (thread == null) {
            state = State.ENDED;
        } else {
            state = State.GIVEN_UP;
        }
        return true;
    }

    /** Whether the request was given up and its thread is still busy. */
    boolean isGivenUp() {
        return state == State.GIVEN_UP;
    }

    void markEnded() {
        state = State.ENDED;
        updateAlarm();
    }

    /**
     * Lets an executor run the request. Without a thread the request ends at once, or its callers would wait in vain.
     */
    void startOn(Executor executor) {
        try {
            executor.execute(this);
        } catch (Throwable e) { // There is no thread.
            slot.endRequest(this, new Failure(Failures.noThread(request.resource(), e)));
        }
    }

    /** Hands the request over to a program's own executor, which may take its time, refuse it, drop it or hang. */
    void handOver(Executor executor) {
        synchronized (slot) {
            if (state != State.NEW) {
                return;
            }
            // Noted so that giveUp() can interrupt this thread if the executor holds it up. The state stays NEW until
            // run() begins, on this thread or on another one.
            thread = Thread.currentThread();
        }
        Throwable problem = null;
        try {
            executor.execute(this);
        } catch (Throwable e) { // Whatever a program's own executor throws.
            problem = e;
        }
        // If run() has begun, it took the request over from this thread, and ends the request itself.
        boolean wasGivenUp = releaseThread();
        if (problem == null && wasGivenUp) {
            problem = new InterruptedException();
        }
        if (problem != null) {
            slot.endRequest(this, new Failure(Failures.noThread(request.resource(), problem)));
        }
    }

    @Override
    public void run() {
        synchronized (slot) {
            if (state != State.NEW) {
                return;
            }
            state = State.RUNNING;
            thread = Thread.currentThread();
        }
        Answer answer = askChain();
        releaseThread();
        boolean kept;
        try {
            kept = slot.endRequest(this, answer);
        } catch (OutOfMemoryError e) {
            // No caller may wait in vain. The second try reaches the callers that the first one did not reach.
            kept = slot.endRequest(this, answer);
        }
        publishAnswer(answer, kept);
    }

    private Answer askChain() {
        try {
            long pause = notBefore - time.nanos();
            if (pause > 0) {
                time.sleep(pause);
            }
            return chain.acquire(chainRun, old);
        } catch (TokenAcquisitionException e) {
            return new Failure(e);
        } catch (Throwable e) { // Sources throw outside of their answers too, and no caller may wait in vain.
            if (chainRun.isGivenUp() && e instanceof InterruptedException interrupted) {
                return new Failure(Failures.ofInterrupt(request.resource(), interrupted));
            }
            return new Failure(Failures.ofUnexpected(request.resource(), e));
        }
    }

    /**
     * Ends the work of the calling thread on this request. If the request was given up, this waits for the interrupt
     * that giving up sends, and takes it back: an executor's thread has other work, which must not be interrupted.
     *
     * @return whether the calling thread worked on this request, and the request was given up
     */
    @SuppressWarnings("ReferenceEquality")
    private boolean releaseThread() {
        synchronized (slot) {
            if (thread != Thread.currentThread()) {
                return false;
            }
            while (interrupting) {
                try {
                    slot.wait();
                } catch (InterruptedException e) {
                    // This is the interrupt that is awaited.
                }
            }
            thread = null;
            boolean wasGivenUp = state == State.GIVEN_UP;
            if (wasGivenUp) {
                Thread.interrupted();
            }
            return wasGivenUp;
        }
    }

    /**
     * Interrupts the thread that is busy with the request after it was given up. The lock is not held during the
     * interrupt, because that may run a program's own code: the close handler of a channel on which the thread waits.
     */
    void interruptThread() {
        Thread busy = null;
        synchronized (slot) {
            if (state == State.GIVEN_UP) {
                busy = thread;
            }
            interrupting = busy != null;
        }
        if (busy == null) {
            return;
        }
        try {
            busy.interrupt();
        } finally {
            synchronized (slot) {
                interrupting = false;
                slot.notifyAll();
            }
        }
    }

    // The calls that wait for the request. These methods are called with the lock.

    void addCall(Call call) {
        if (!call.force) {
            chainRun.skipInterval();
        }
        calls.add(call);
        updateAlarm();
    }

    /** Removes a call. False if the call does not wait for this request. */
    boolean removeCall(Call call) {
        boolean removed = calls.remove(call);
        if (removed) {
            updateAlarm();
        }
        return removed;
    }

    /** Whether any call waits for the request. */
    boolean isAwaited() {
        return !calls.isEmpty();
    }

    boolean isAwaitedBy(Call call) {
        return calls.contains(call);
    }

    /**
     * Removes the call with the latest deadline; null if there is none. Call {@link #updateAlarm} after the last one.
     */
    @Nullable
    Call pollMostPatient() {
        return calls.pollLast();
    }

    /** Removes a call that is late; null if there is none. Call {@link #updateAlarm} after the last one. */
    @Nullable
    Call pollLate(long nanos) {
        if (calls.isEmpty() || nanos - calls.first().deadline < GRACE_NANOS) {
            return null;
        }
        return calls.pollFirst();
    }

    /** Until when a call can wait for this request without {@link Slot#startEndingLateCalls}, on the steady clock. */
    long endOfWait(Call call) {
        long earlier = deadline;
        if (call.deadline - deadline < 0) {
            earlier = call.deadline;
        }
        return earlier + GRACE_NANOS;
    }

    /**
     * Sets the alarm for the most urgent call, or takes it back if there is none. A thread that blocks for the most
     * urgent call ends the waits that are late when its own is, so a request has no alarm until its most urgent call is
     * a future. From then on the alarm stays, whichever call is the most urgent.
     */
    void updateAlarm() {
        Runnable known = alarm;
        if (calls.isEmpty()) {
            if (known != null && alarmIsSet) {
                time.forget(known);
                alarmIsSet = false;
            }
            return;
        }
        if (known == null && calls.first().isBlocking()) {
            return;
        }
        long moment = endOfWait(calls.first());
        if (alarmIsSet && moment == alarmAt) {
            return;
        }
        if (known == null) {
            known = () -> slot.startEndingLateCalls(this);
            alarm = known;
        }
        alarmAt = moment;
        alarmIsSet = true;
        time.wake(moment, known);
    }

    /**
     * Whether an answer of this request also answers a call that allows more time than the request had. A failure
     * {@link Code#TIMED_OUT} may come from the request's own deadline, so the deadlines are compared. {@link
     * Failures#isAnswer} decides on other failures with the limits.
     */
    boolean isAnswerFor(Call call, Answer answer) {
        if (answer instanceof CachedToken) {
            return true;
        }
        TokenAcquisitionException failed = ((Failure) answer).exception();
        if (failed.code() == Code.TIMED_OUT) {
            return call.deadline - deadline <= 0;
        }
        return Failures.isAnswer(failed, limitNanos(), call.limitNanos());
    }

    // What callers and listeners learn of the request.

    /** What became of each source so far; empty if a source of the program cannot say its name. */
    List<TokenAttempt> attempts() {
        try {
            return chainRun.attempts();
        } catch (Throwable e) { // A source's name() is a program's own code, and a late caller must get its failure.
            return List.of();
        }
    }

    private void publishAnswer(Answer answer, boolean kept) {
        if (chainRun.isGivenUp()) {
            return;
        }
        EventPublisher publisher = chain.publisher();
        if (answer instanceof CachedToken token) {
            if (publisher != null) {
                publisher.publishToken(request, elapsedTime(), token, old);
            }
            chain.logOrigin(token);
            return;
        }
        TokenAcquisitionException failure = ((Failure) answer).exception();
        if (publisher != null) {
            publisher.publishFailure(request, elapsedTime(), old, failure);
        }
        if (kept && old != null) {
            EventPublisher.logFailedRefresh(failure);
        }
    }

    /**
     * Whether listeners are to be told that the request was given up: at its deadline, not because nobody wanted it.
     */
    boolean isNewsOfTimeOut() {
        return chain.publisher() != null && time.nanos() - deadline >= 0;
    }

    /** Tells listeners that the request was given up at its deadline. */
    void publishTimeOut() {
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            Duration limit = Duration.ofNanos(limitNanos());
            TokenAcquisitionException failure = Failures.timedOut(request.resource(), limit, attempts());
            publisher.publishFailure(request, elapsedTime(), old, failure);
        }
    }

    private Duration elapsedTime() {
        return Duration.ofNanos(time.nanos() - start);
    }
}
