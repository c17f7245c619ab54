package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

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
 * <p>It has the time of the caller that began it, and no more by those that join: so a hung one is given up at a moment
 * that is known from the start, and its sources can divide their time. Whoever gives it up interrupts its thread. In
 * GIVEN_UP its thread is still busy: that costs a thread until the source comes back, and what it brings is for nobody.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. State, thread and calls are guarded by the lock of its
 * slot, which the methods take that are called without it.
 */
final class InFlightRequest implements Runnable {
    /** Where a request is in its life. */
    enum State {
        /** No thread has begun it. */
        NEW,
        /** A thread asks the chain. */
        RUNNING,
        /** A thread is busy with it, and nobody wants what it brings. */
        GIVEN_UP,
        /** No thread is busy with it, and none will be. */
        ENDED
    }

    /** Where a request comes from, and where its answer goes. */
    interface Slot {
        /**
         * A request is over; told on its thread, without the lock. True if the slot has kept its answer, or remembered
         * its failure.
         */
        boolean end(InFlightRequest over, Answer answer);

        /** Some call of this request has waited long enough; told on the thread of alarms, without the lock. */
        void waitedLongEnough(InFlightRequest awaited);
    }

    /** How much longer than its deadline a caller waits for it to say what it was busy with. */
    static final long GRACE_NANOS = 50_000_000L;

    /** When the call came that it was begun for, on the steady clock. */
    final long start;
    /** When it must be over, on the steady clock. */
    final long deadline;
    /**
     * The token that callers get while this request refreshes it: then it goes on though no call waits for it. Null for
     * a request that began because a call waits.
     */
    final @Nullable CachedToken old;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Time time;
    /** Also the lock. */
    private final Slot slot;
    /** Before this moment it asks nobody, on the steady clock. */
    private final long notBefore;

    private final ChainRun run;

    private State state = State.NEW;
    /** The thread that is busy with it, or with handing it over; null for none. */
    private @Nullable Thread thread;
    /**
     * Whether another thread is about to interrupt that one. Until it has, that one stays here, or the interrupt would
     * hit what it does next.
     */
    private boolean interrupting;
    /** The calls that wait for it, the most urgent first. */
    private final TreeSet<Call> calls = new TreeSet<>();
    /** What is to be run when the most urgent call has waited long enough; null while no call needed that. */
    private @Nullable Runnable alarm;
    /** When that is to be run, on the steady clock; only while {@link #alarmIsSet}. */
    private long alarmAt;

    private boolean alarmIsSet;

    /**
     * Makes one that is to be started.
     *
     * @param request what listeners are told that it asks for
     * @param run asks for it
     */
    InFlightRequest(
            TokenRequest request,
            ChainRun run,
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
        this.run = run;
    }

    /** How long the call that it was begun for may wait, in nanoseconds. */
    long limitNanos() {
        return deadline - start;
    }

    // Its life. The first methods are called with the lock, the others without.

    /** Whether its deadline has passed so long ago that no caller waits for it. */
    boolean isOverdue(long nanos) {
        return nanos - deadline >= GRACE_NANOS;
    }

    /** Gives it up; false if that was done before, or it has ended. */
    boolean giveUp() {
        if (state == State.GIVEN_UP || state == State.ENDED) {
            return false;
        }
        run.giveUp();
        state = thread == null ? State.ENDED : State.GIVEN_UP;
        return true;
    }

    /** Whether it was given up and its thread is still busy. */
    boolean isGivenUp() {
        return state == State.GIVEN_UP;
    }

    void end() {
        state = State.ENDED;
        setAlarm();
    }

    /** Has an executor run it. If there is no thread to be had it ends at once, or callers would wait in vain. */
    void start(Executor executor) {
        try {
            executor.execute(this);
        } catch (Throwable e) { // For want of a thread.
            slot.end(this, new Failure(Failures.noThread(request.resource(), e)));
        }
    }

    /** Has a program's own executor run it, which may take its time, refuse, drop it or hang. */
    void handOver(Executor executor) {
        synchronized (slot) {
            if (state != State.NEW) {
                return;
            }
            // To be interrupted if the executor holds it up. The state stays NEW until run() begins, here or elsewhere.
            thread = Thread.currentThread();
        }
        Throwable refusal = null;
        try {
            executor.execute(this);
        } catch (Throwable e) { // Whatever an executor of the program's own throws.
            refusal = e;
        }
        // If run() has begun, it took the request over from this thread, and ends the request itself.
        boolean wasGivenUp = releaseThread();
        if (refusal != null || wasGivenUp) {
            Throwable why = refusal == null ? new InterruptedException() : refusal;
            slot.end(this, new Failure(Failures.noThread(request.resource(), why)));
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
            kept = slot.end(this, answer);
        } catch (OutOfMemoryError e) {
            // No caller may wait in vain: whom the first try did not reach, the second one does.
            kept = slot.end(this, answer);
        }
        publish(answer, kept);
    }

    private Answer askChain() {
        try {
            long pause = notBefore - time.nanos();
            if (pause > 0) {
                time.sleep(pause);
            }
            return chain.acquire(run, old);
        } catch (TokenAcquisitionException e) {
            return new Failure(e);
        } catch (Throwable e) { // Also what sources throw beside their answers: none may strand a caller.
            return new Failure(
                    run.isGivenUp() && e instanceof InterruptedException interrupted
                            ? Failures.interrupted(request.resource(), interrupted)
                            : Failures.unexpected(request.resource(), e));
        }
    }

    /**
     * The calling thread is busy with it no longer. If it was given up, the interrupt that ended it is awaited and
     * taken back: an executor's thread has other work to do, which nobody wants to interrupt.
     *
     * @return whether the calling thread was busy with it, and it was given up
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
     * Interrupts the thread that is busy with it after it was given up. Without the lock, since code that is not the
     * library's runs here: that which closes the channel that the thread waits for.
     */
    void interruptThread() {
        Thread busy;
        synchronized (slot) {
            busy = state == State.GIVEN_UP ? thread : null;
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

    // The calls that wait for it; called with the lock.

    void add(Call call) {
        if (!call.force) {
            run.skipInterval();
        }
        calls.add(call);
        setAlarm();
    }

    /** Removes a call; false if it does not wait for this request. */
    boolean remove(Call call) {
        boolean removed = calls.remove(call);
        if (removed) {
            setAlarm();
        }
        return removed;
    }

    /** Whether a call waits for it. */
    boolean isAwaited() {
        return !calls.isEmpty();
    }

    boolean isAwaitedBy(Call call) {
        return calls.contains(call);
    }

    /** Removes the call with the latest deadline; null if there is none. Set the alarm after the last one. */
    @Nullable
    Call pollMostPatient() {
        return calls.pollLast();
    }

    /** Removes a call whose deadline has passed; null if there is none. Set the alarm after the last one. */
    @Nullable
    Call pollLate(long nanos) {
        boolean late = !calls.isEmpty() && nanos - calls.first().deadline >= GRACE_NANOS;
        return late ? calls.pollFirst() : null;
    }

    /** Until when a call waits for it, on the steady clock, before the wait has to be looked after. */
    long waitsUntil(Call call) {
        return (call.deadline - deadline < 0 ? call.deadline : deadline) + GRACE_NANOS;
    }

    /**
     * Sets the alarm for the most urgent call, or takes it back if there is none. If the thread of that call blocks, it
     * looks after the deadlines of all calls itself. So a request has no alarm until its most urgent call is a future;
     * from then on the alarm is kept up, whichever call is the most urgent.
     */
    void setAlarm() {
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
        long moment = waitsUntil(calls.first());
        if (alarmIsSet && moment == alarmAt) {
            return;
        }
        Runnable set = known == null ? () -> slot.waitedLongEnough(this) : known;
        alarm = set;
        alarmAt = moment;
        alarmIsSet = true;
        time.wake(moment, set);
    }

    /**
     * Whether an answer of this request is one to a call too that has more time than it had. A refusal is. That nobody
     * answered in a short time is not. A request that timed out went on until its deadline, so that deadlines are
     * compared. Any other failure depends on how long the sources had, so that limits are.
     */
    boolean isAnswerFor(Call call, Answer answer) {
        if (answer instanceof CachedToken) {
            return true;
        }
        TokenAcquisitionException failed = ((Failure) answer).exception();
        return failed.code() == Code.TIMED_OUT
                ? call.deadline - deadline <= 0
                : Failures.isAnswer(failed, limitNanos(), call.limitNanos());
    }

    // What others are told of it.

    /** What became of each source so far; nothing where a source's name cannot be had. */
    List<TokenAttempt> attempts() {
        try {
            return run.attempts();
        } catch (Throwable e) { // A caller whose time is over, or the thread that sees to that, asks a source's name.
            return List.of();
        }
    }

    private void publish(Answer answer, boolean kept) {
        if (run.isGivenUp()) {
            return;
        }
        EventPublisher publisher = chain.publisher();
        if (answer instanceof CachedToken token) {
            if (publisher != null) {
                publisher.acquired(request, elapsed(), token, old);
            }
            chain.logOrigin(token);
            return;
        }
        TokenAcquisitionException failure = ((Failure) answer).exception();
        if (publisher != null) {
            publisher.failed(request, elapsed(), old, failure);
        }
        if (kept && old != null) {
            EventPublisher.logFailedRefresh(failure);
        }
    }

    /** Whether listeners are to be told that it was given up: at its deadline, and not since nobody wanted it. */
    boolean isNewsOfTimeOut() {
        return chain.publisher() != null && time.nanos() - deadline >= 0;
    }

    /** Tells listeners that it was given up at its deadline. */
    void publishTimeOut() {
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            Duration limit = Duration.ofNanos(limitNanos());
            publisher.failed(request, elapsed(), old, Failures.timedOut(request.resource(), limit, attempts()));
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(time.nanos() - start);
    }
}
