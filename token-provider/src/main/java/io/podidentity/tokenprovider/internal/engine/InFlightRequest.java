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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of the chain, on a thread of its own, which any number of callers wait for.
 *
 * <p>It has the time of the caller that began it, and no more by those that join: so a hung one is given up at a moment
 * that is known from the start, and its sources can divide their time. To a caller with more time its failure may say
 * nothing ({@link #isAnswerFor}); that caller begins another request, which others like it join.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. Its monitor is taken after that of {@code SlotState}.
 */
final class InFlightRequest implements Runnable {
    /** What a slot does for its requests, and for callers who wait without a thread. Called without its lock. */
    interface Slot {
        /** Has a caller wait for the current request or for a new one; or gives one that is over and has the answer. */
        InFlightRequest joinOrStart(Call<?> call);

        /** A request is over; told on its thread, before callers learn of it. True if it was the current one. */
        boolean completed(InFlightRequest over);

        /** A caller of this request that does not block has waited long enough; told on the thread of alarms. */
        void waitedLongEnough(InFlightRequest awaited);
    }

    /** How much longer than its deadline a caller waits for it to say what it was busy with. */
    static final long GRACE_NANOS = 50_000_000L;
    /** How long the first source is asked alone; one that answers at once needs no longer. */
    private static final long HEAD_START_NANOS = 50_000_000L;

    /** When it must be over, on the steady clock. */
    final long deadline;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Time time;
    private final Slot slot;
    private final CountDownLatch over = new CountDownLatch(1);
    /** Before this moment it asks nobody, on the steady clock. Set before it starts, as the next two. */
    long notBefore;
    /** The forced call that it is for; null for one that is not forced. */
    @Nullable
    ForcedCall forced;

    /** The token that callers have meanwhile, so that it goes on when nobody waits for it; null if they wait. */
    @Nullable
    CachedToken old;

    private volatile @Nullable ChainRun run;
    volatile @Nullable CachedToken token;
    volatile @Nullable TokenAcquisitionException failure;
    /** Whether nobody wants it any more. Written under the lock of this, which guards all that follow. */
    private volatile boolean cancelled;

    private boolean started;
    /** Whether there was an answer before it could start. */
    private boolean answered;
    /** Whether a caller has taken on what one does for all. */
    private boolean led;

    private @Nullable Thread thread;
    /** Whether there is an answer. */
    private boolean ended;

    InFlightRequest(TokenRequest request, TokenSourceChain chain, Time time, Slot slot, long deadline) {
        this.request = request;
        this.chain = chain;
        this.time = time;
        this.slot = slot;
        this.deadline = deadline;
        this.notBefore = deadline - limit();
    }

    /** Makes it one that is over before it starts, since there is an answer already. */
    synchronized InFlightRequest answer(@Nullable CachedToken known, @Nullable TokenAcquisitionException failed) {
        token = known;
        failure = failed;
        started = true;
        answered = true;
        over.countDown();
        return this;
    }

    synchronized boolean isAnswered() {
        return answered;
    }

    /**
     * Starts it on a thread of the executor's, unless it was started. If there is no thread to be had it ends at once,
     * or callers would wait in vain.
     */
    InFlightRequest start(Executor executor) {
        if (claimStart()) {
            execute(executor);
        }
        return this;
    }

    private synchronized boolean claimStart() {
        boolean first = !started;
        started = true;
        return first;
    }

    private void execute(Executor executor) {
        try {
            executor.execute(this);
        } catch (Throwable e) { // Of an executor of the user's own: whatever that throws.
            end(null, Failures.noThread(request.resource(), e));
        }
    }

    /** Has an executor run it that may take its time, refuse, drop it or hang; the calling thread has time. */
    void handOver(Executor executor) {
        if (begin()) {
            execute(executor);
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
            current = slot.completed(this);
        } finally {
            over.countDown();
        }
        if (!cancelled) {
            publish(gained, failed);
        }
        if (current && failed != null && old != null) {
            EventPublisher.logFailedRefresh(failed);
        }
    }

    private void publish(@Nullable CachedToken gained, @Nullable TokenAcquisitionException failed) {
        ChainRun ran = run;
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            TokenRequest asked = request.withDeadline(null);
            Duration duration = Duration.ofNanos(time.nanos() - deadline + limit());
            publisher.completed(asked, duration, gained, old, failed);
            if (gained != null && ran != null && ran.hasPinned) {
                publisher.happened(TokenListener.Kind.PINNED, asked, Duration.ZERO, gained, null);
            }
        }
        if (gained != null && ran != null) {
            chain.logOrigin(gained.token, ran);
        }
    }

    /** Tells those who listen that it was given up at its deadline. */
    void publishTimeOut() {
        publish(null, Failures.timedOut(request.resource(), Duration.ofNanos(limit()), attempts()));
    }

    /** Ends it from outside; if its source does not listen to that, its thread is lost until the source returns. */
    synchronized boolean cancel() {
        cancelled = true;
        ChainRun begun = run;
        if (begun != null) {
            begun.cancelled = true;
        }
        Thread busy = thread;
        if (busy != null) {
            busy.interrupt();
        }
        return busy != null;
    }

    /** Has it wait for no turn any more: a call that is not forced waits for it too. */
    void skipQueue() {
        ForcedCall waits = forced;
        if (waits != null) {
            waits.free();
        }
    }

    /**
     * Waits for its end. When that takes longer than a moment, one caller has the later sources find out whether they
     * apply.
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
        return over.await(nanos, TimeUnit.NANOSECONDS);
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

    long limit() {
        return request.deadline().orElseThrow().toNanos();
    }

    /**
     * Whether its answer is one to a call too that has more time than it had. A refusal is. That nobody answered in a
     * short time is not, and neither is that it was given up.
     */
    boolean isAnswerFor(Call<?> call) {
        TokenAcquisitionException failed = failure;
        if (failed == null) {
            return true;
        }
        Code code = failed.code();
        if (code == Code.TIMED_OUT) {
            return call.deadline - deadline <= 0;
        }
        return code == Code.INTERRUPTED ? !cancelled : Failures.isAnswer(failed, limit(), call.limit);
    }

    /** The token, or the failure with the calling thread's stack trace. */
    CachedToken result() {
        TokenAcquisitionException failed = failure;
        if (failed != null) {
            throw Failures.again(failed);
        }
        return requireNonNull(token);
    }
}
