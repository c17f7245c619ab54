package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One walk along the chain, on a thread of its own, which any number of callers wait for.
 *
 * <p>It has the time of the caller that began it, and no more by those that join: so a hung one is given up at a moment
 * that is known from the start, and its sources can divide their time. To a caller with more time its failure may say
 * nothing ({@link #isAnswerFor}); that one begins another flight, which the others of its kind join.
 */
final class InFlightRequest implements Runnable {
    /** How much longer than its deadline a caller waits for it to say what it was busy with. */
    static final long GRACE_NANOS = 50_000_000L;
    /** What the first source has to itself, and needs no longer if it answers at once. */
    private static final long HEAD_START_NANOS = 50_000_000L;

    /** Whether it goes on when nobody waits for it: a refresh behind the callers. */
    final boolean background;
    /** When it must be over, on the steady clock. */
    final long deadline;
    /** Before this moment it asks nobody, on the steady clock. Set before it begins. */
    long notBefore;
    /** The forced call that it is for; null for one that is not forced. Set before it begins. */
    @Nullable
    ForcedCall forced;
    /** The token that callers have meanwhile; null for none. Set before it begins. */
    @Nullable
    CachedToken old;
    /** Callers that block until it is over. Guarded by the slot's lock, as all to the next blank line. */
    int blocked;
    /** Callers that do not block, the hastiest first; null for none. */
    @Nullable
    PriorityQueue<Waiter<?>> waiters;
    /** What is to be run when the hastiest of them has waited long enough; null while there was none. */
    @Nullable
    Runnable alarm;
    /** Whether it was given up before it was over, and is not over yet. */
    boolean abandoned;
    /** Whether the slot knows that it is over. */
    boolean over;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Time time;
    private final Predicate<InFlightRequest> slot;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable ChainRun run;
    private volatile @Nullable CachedToken token;
    private volatile @Nullable TokenAcquisitionException failure;
    private boolean instant;
    /** Whether a caller has taken on what one does for all. Guarded by this. */
    private boolean led;

    /** The thread that is busy with it; null for none. Guarded by this. */
    private @Nullable Thread thread;
    /** Whether there is an answer. Guarded by this. */
    private boolean ended;
    /** Whether nobody wants it any more. Written under the lock of this. */
    private volatile boolean cancelled;

    /**
     * @param request what is asked for, with the time that it may take as its deadline
     * @param slot hears that it is over, on the flight's thread, before callers do; true if it was the one under way
     * @param deadline when that time ends, on the steady clock
     */
    InFlightRequest(
            TokenRequest request,
            TokenSourceChain chain,
            Time time,
            Predicate<InFlightRequest> slot,
            long deadline,
            boolean background) {
        this.request = request;
        this.chain = chain;
        this.time = time;
        this.slot = slot;
        this.deadline = deadline;
        this.notBefore = deadline - limit();
        this.background = background;
    }

    /**
     * Begins it on a thread of the crew's. If there is none to be had it ends at once, or callers would wait in vain.
     */
    void start(Executor executor) {
        try {
            executor.execute(this);
        } catch (Throwable e) { // Of an executor of the user's own: whatever that throws.
            end(null, Failures.noThread(request.resource(), e));
        }
    }

    /** Has an executor run it that may take its time, refuse, drop it or hang; the calling thread has time. */
    void startOn(Executor executor) {
        if (begin()) {
            start(executor);
            if (leave()) {
                end(null, Failures.interrupted(request.resource(), new InterruptedException()));
            }
        }
    }

    @Override
    public void run() {
        if (!begin()) {
            return;
        }
        CachedToken gained = null;
        TokenAcquisitionException failed = null;
        try {
            gained = askChain();
        } catch (TokenAcquisitionException e) {
            failed = e;
        } catch (Throwable e) { // Also what sources throw beside their answers: none may strand a caller.
            failed = cancelled && e instanceof InterruptedException interrupted
                    ? Failures.interrupted(request.resource(), interrupted)
                    : Failures.unexpected(request.resource(), e);
        }
        leave();
        end(gained, failed);
    }

    /** The calling thread is busy with it from now on; false if it need not be. */
    private synchronized boolean begin() {
        boolean wanted = !cancelled && !ended;
        thread = wanted ? Thread.currentThread() : thread;
        return wanted;
    }

    /** The calling thread is busy with it no longer; true if it was, and was interrupted to end it. */
    @SuppressWarnings("ReferenceEquality")
    private synchronized boolean leave() {
        boolean mine = thread == Thread.currentThread();
        if (mine) {
            thread = null;
            if (cancelled) {
                // An executor's thread has other work to do, which nobody wants to interrupt.
                Thread.interrupted();
            }
        }
        return mine && cancelled;
    }

    private CachedToken askChain() throws InterruptedException {
        long pause = notBefore - time.nanos();
        if (pause > 0) {
            time.sleep(pause);
        }
        long left = Math.max(1, deadline - time.nanos());
        ChainRun begun = chain.run(request.withDeadline(Duration.ofNanos(left)), forced);
        run = begun;
        if (cancelled) {
            throw new InterruptedException();
        }
        return chain.acquire(begun, old);
    }

    /** Ends it with a token or with a failure, whatever happens on the way. */
    private void end(@Nullable CachedToken gained, @Nullable TokenAcquisitionException failed) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        token = gained;
        failure = failed;
        boolean current = false;
        try {
            current = slot.test(this);
        } finally {
            done.countDown();
        }
        if (!cancelled) {
            announce(gained, failed);
        }
        if (current && failed != null && background) {
            EventPublisher.logFailedRefresh(failed);
        }
    }

    /** Tells those who listen; callers have their answer by now. */
    private void announce(@Nullable CachedToken gained, @Nullable TokenAcquisitionException failed) {
        ChainRun over = run;
        boolean pinned = gained != null && over != null && over.hasPinned;
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            TokenRequest asked = request.withDeadline(null);
            Duration duration = Duration.ofNanos(time.nanos() - deadline + limit());
            publisher.completed(asked, background, duration, gained, old, failed);
            if (pinned) {
                publisher.happened(TokenListener.Kind.PINNED, asked, Duration.ZERO, gained, null);
            }
        }
        if (gained != null && over != null && chain.logsPins()) {
            EventPublisher.logOrigin(gained.token, over);
        }
    }

    /** Tells those who listen that it was given up at its deadline. */
    void publishTimeOut() {
        Duration limit = Duration.ofNanos(limit());
        announce(null, Failures.timedOut(request.resource(), limit, attempts()));
    }

    /** One that is over before it has begun: there is an answer already. */
    InFlightRequest instantly(@Nullable CachedToken known, @Nullable TokenAcquisitionException failed) {
        token = known;
        failure = failed;
        instant = true;
        over = true;
        done.countDown();
        return this;
    }

    /** Whether it never took off, since there was an answer. */
    boolean isInstant() {
        return instant;
    }

    /**
     * Ends it from outside; if its source does not listen to that, its thread is lost until the source returns.
     *
     * @return false if no thread is busy with it, and none will be
     */
    synchronized boolean cancel() {
        cancelled = true;
        ChainRun begun = run;
        if (begun != null) {
            begun.cancel();
        }
        Thread busy = thread;
        if (busy != null) {
            busy.interrupt();
        }
        return busy != null;
    }

    /** A caller that did not force it waits for it too: it waits for no turn. */
    void goOn() {
        ForcedCall waits = forced;
        if (waits != null) {
            waits.free();
        }
    }

    /**
     * Waits for its end. When that takes longer than a moment, one caller sets the later sources to find out.
     *
     * @param end until when, on the steady clock, and then a little longer for it to say what it was busy with
     * @return false if the end does not come in time
     */
    boolean await(long end) throws InterruptedException {
        if (takeLead()) {
            if (endsWithin(Math.min(HEAD_START_NANOS, end - time.nanos()))) {
                return true;
            }
            chain.anticipate();
        }
        return endsWithin(end - time.nanos() + GRACE_NANOS);
    }

    /** Makes the calling thread the one that does for all callers what one is enough for; false if another is that. */
    private synchronized boolean takeLead() {
        boolean first = !led;
        led = true;
        return first;
    }

    private boolean endsWithin(long nanos) throws InterruptedException {
        return done.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** What it came back with; null before its end, and if it failed. */
    @Nullable
    CachedToken token() {
        return token;
    }

    /** Why it failed; null before its end, and if it did not. */
    @Nullable
    TokenAcquisitionException failure() {
        return failure;
    }

    /** What became of each source so far; nothing where a source's name cannot be had. */
    List<TokenAttempt> attempts() {
        ChainRun begun = run;
        try {
            return begun == null ? List.of() : begun.attempts();
        } catch (Throwable e) { // A caller whose time is over, or the thread that sees to that, asks a source's name.
            return List.of();
        }
    }

    /** How long it may take, in nanoseconds. */
    long limit() {
        return request.deadline().orElseThrow().toNanos();
    }

    /**
     * Whether what it came back with is an answer to a caller too that has more time than it had. A refusal is. That
     * nobody answered in a short time is not, and neither is that it was given up.
     *
     * @param limit how long the caller waits at most, in nanoseconds
     * @param deadline until when, on the steady clock
     */
    boolean isAnswerFor(long limit, long deadline) {
        TokenAcquisitionException failed = failure;
        if (failed == null) {
            return true;
        }
        Code code = failed.code();
        if (code == Code.TIMED_OUT) {
            return deadline - this.deadline <= 0;
        }
        return code == Code.INTERRUPTED ? !cancelled : Failures.isAnswer(failed, limit(), limit);
    }

    /** The token, or the failure with the calling thread's stack trace. */
    CachedToken outcome() {
        TokenAcquisitionException failed = failure;
        if (failed != null) {
            throw Failures.again(failed);
        }
        return requireNonNull(token);
    }

    /** A caller that waits without a thread, until its own deadline; in the order of these. */
    static final class Waiter<T> implements Comparable<Waiter<?>>, Runnable {
        /** The token that was not good enough when it came; null if there was none. */
        final @Nullable CachedToken before;

        final boolean force;
        /** How long it waits at most, in nanoseconds. */
        final long limit;
        /** Until when, on the steady clock. */
        final long deadline;
        /** What the caller holds. Whoever completes or cancels it ends the wait. */
        final CompletableFuture<T> future = new CompletableFuture<>();
        /** The flight that it waits for. Guarded by the slot's lock. */
        @Nullable
        InFlightRequest flight;

        /** Is run with that flight when the hastiest of those who wait for it has waited long enough. */
        final Consumer<InFlightRequest> alarm;

        /** Is run after it was completed; null for nothing. */
        @Nullable
        Runnable told;

        private final Function<CachedToken, T> view;
        private @Nullable CachedToken token;
        private @Nullable TokenAcquisitionException failure;
        private long answered;

        /**
         * @param view what the caller sees of a token
         */
        Waiter(
                @Nullable CachedToken before,
                boolean force,
                long limit,
                long deadline,
                Function<CachedToken, T> view,
                Consumer<InFlightRequest> alarm) {
            this.before = before;
            this.force = force;
            this.limit = limit;
            this.deadline = deadline;
            this.view = view;
            this.alarm = alarm;
        }

        /**
         * Keeps what it is going to be completed with; one of both is null.
         *
         * @param now when that came, on the steady clock
         */
        Waiter<T> with(@Nullable CachedToken token, @Nullable TokenAcquisitionException failure, long now) {
            this.token = token;
            this.failure = failure;
            this.answered = now;
            return this;
        }

        /** How long it waited. */
        Duration waited() {
            return Duration.ofNanos(answered - deadline + limit);
        }

        /** What it is completed with; null for a failure. */
        @Nullable
        CachedToken token() {
            return token;
        }

        /** Why there is no token; null if there is one. */
        @Nullable
        TokenAcquisitionException failure() {
            return failure;
        }

        /** Completes the future, runs what the caller has chained to it, and then what is to be told. */
        @Override
        public void run() {
            Runnable then = complete() ? told : null;
            if (then != null) {
                then.run();
            }
        }

        /** Completes the future, and runs what the caller has chained to it; false if somebody else had done so. */
        boolean complete() {
            TokenAcquisitionException failed = failure;
            return failed != null
                    ? future.completeExceptionally(failed)
                    : future.complete(view.apply(requireNonNull(token)));
        }

        @Override
        public int compareTo(Waiter<?> other) {
            return Long.signum(deadline - other.deadline);
        }
    }
}
