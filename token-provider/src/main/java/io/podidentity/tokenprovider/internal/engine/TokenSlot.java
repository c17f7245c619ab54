package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
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
 * <p>The way of a miss: {@link #get} or {@link #getAsync}, {@link SlotState#join}, {@link InFlightRequest#run}, {@link
 * TokenSourceChain#acquire}; and back over {@link SlotState#end}, {@link DeferredWork#perform} and {@link
 * Call#deliver}.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is that of {@link SlotState}.
 */
public final class TokenSlot {
    /** How far apart the clocks must go to be worth an event. */
    private static final long JUMP_MILLIS = 60_000;
    /** How long the first source is asked alone; one that answers at once needs no longer. */
    private static final long HEAD_START_NANOS = 50_000_000L;

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
        this.state = new SlotState(request, chain, executor, time);
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
        return token != null && !token.run.caeAware();
    }

    @Nullable
    CachedToken get(boolean force, Duration limit) {
        return get(force, limit, request);
    }

    /**
     * The token, for which the calling thread waits if need be; null if the slot was evicted.
     *
     * @param asked the call's own request, which is equal to that of the slot, and holds what is not kept
     */
    @Nullable
    CachedToken get(boolean force, Duration limit, TokenRequest asked) {
        CachedToken before = state.token();
        CachedToken usable = force ? null : usable(before, asked);
        if (usable != null) {
            return usable;
        }
        if (!state.enter()) {
            return null;
        }
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            publisher.waiting(request);
        }
        long start = time.nanos();
        BlockingCall call = new BlockingCall(before, force, start, start + limit.toNanos(), asked);
        CachedToken gained = null;
        TokenAcquisitionException failed = null;
        try {
            gained = block(call);
            return gained;
        } catch (TokenAcquisitionException e) {
            failed = e;
            throw e;
        } finally {
            state.leave(call);
            if (publisher != null) {
                publisher.happened(Kind.WAITED, request, Duration.ofNanos(time.nanos() - start), gained, failed);
            }
        }
    }

    /**
     * Blocks the calling thread until its call has an answer. If that takes longer than a moment, whoever began the
     * request has the later sources find out whether they apply.
     */
    private CachedToken block(BlockingCall call) {
        try {
            boolean began = state.join(call);
            if (began && !call.block(Math.min(HEAD_START_NANOS, call.limitNanos()))) {
                chain.anticipate();
            }
            while (!call.block(state.waitsUntil(call) - time.nanos())) {
                state.endWait(call);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(request.resource(), e);
        }
        return call.tokenOrThrow();
    }

    <T> @Nullable CompletableFuture<T> getAsync(boolean force, Duration limit, Function<CachedToken, T> view) {
        return getAsync(force, limit, view, request);
    }

    /**
     * The same without a wait of the calling thread; when nobody waits any more, the request ends.
     *
     * @param view what the caller sees of a token
     */
    @SuppressWarnings("FutureReturnValueIgnored") // Of whenComplete: it cannot fail.
    <T> @Nullable CompletableFuture<T> getAsync(
            boolean force, Duration limit, Function<CachedToken, T> view, TokenRequest asked) {
        CachedToken before = state.token();
        CachedToken usable = force ? null : usable(before, asked);
        if (usable != null) {
            return CompletableFuture.completedFuture(view.apply(usable));
        }
        if (!state.enter()) {
            return null;
        }
        long start = time.nanos();
        CompletableFuture<T> future = new CompletableFuture<>();
        EventPublisher publisher = chain.publisher();
        Consumer<Call> told = publisher == null ? null : answered -> publisher.waited(request, answered);
        Call call = FutureCall.of(before, force, start, start + limit.toNanos(), future, view, told, asked);
        future.whenComplete((value, thrown) -> state.leave(call));
        state.join(call);
        return future;
    }

    /**
     * The token if it may be handed out now, with a refresh begun behind it if that is due; null if the caller has to
     * wait.
     */
    private @Nullable CachedToken usable(@Nullable CachedToken token, TokenRequest asked) {
        if (token == null) {
            return null;
        }
        long millis = time.millis();
        if (token.isFresh(millis)) {
            return token;
        }
        long nanos = time.nanos();
        if (token.isExpired(millis, nanos)) {
            // Notes this look: a wall clock that is set back would otherwise reach the second after the last look
            // again, in which the token counts as fresh.
            state.keepChecked(token, millis, nanos);
            return null;
        }
        if (inspected) {
            return token;
        }
        inspected = true;
        try {
            return inspect(token, millis, nanos, asked) ? token : null;
        } finally {
            inspected = false;
        }
    }

    /** Looks at what a token has had no look at for a while; false if it is another account's by now. */
    private boolean inspect(CachedToken token, long millis, long nanos, TokenRequest asked) {
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
            state.refresh(refreshLimit, asked);
        }
        return true;
    }

    /** Has listeners told of what a look at a token found, off the calling thread, whose token is there. */
    private void publish(Kind kind, Duration duration, CachedToken token) {
        EventPublisher publisher = chain.publisher();
        if (publisher != null && token.run.isNews(kind)) {
            RequestExecutor.startSideTask(executor, () -> publisher.happened(kind, request, duration, token, null));
        }
    }
}
