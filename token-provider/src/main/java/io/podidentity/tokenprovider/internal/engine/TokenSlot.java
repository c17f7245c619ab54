// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The cache's place for one kind of request. It holds the token, and decides how a call gets the next one.
 *
 * <ul>
 *   <li>FRESH: the call gets the token. One call a second looks at the account and at both clocks; all others need
 *       neither a lock nor an allocation.
 *   <li>REFRESH_DUE: the call gets the token too, and one request gets the next token in the background. If that
 *       request fails, the token stays, and the next attempt follows after a pause that grows.
 *   <li>EXPIRED or absent: all callers wait for one request, each until its own deadline, and get its token or its
 *       failure. Further callers get the same failure for some seconds. If a server named a wait, callers whose
 *       deadline comes first get a failure, and the others wait for its end.
 * </ul>
 *
 * <p>A cache miss goes through these methods: {@link TokenCache#get} or {@link TokenCache#getAsync}, {@link #get} or
 * {@link #getAsync}, {@link SlotState#join}, {@link DeferredWork#performAll}, {@link InFlightRequest#startOn}, {@link
 * InFlightRequest#run} and {@link TokenSourceChain#acquire}. The answer comes back through {@link
 * SlotState#endRequest}, {@link DeferredWork#performAll} and {@link Call#deliverAnswer}.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is that of {@link SlotState}.
 */
public final class TokenSlot {
    /** If wall clock and steady clock differ by this much, listeners get an event. */
    private static final long JUMP_MILLIS = 60_000;
    /** For so long no later source looks in the background whether it applies: most first sources answer sooner. */
    private static final long HEAD_START_NANOS = 50_000_000L;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor executor;
    private final Time time;
    private final Duration refreshLimit;
    final SlotState state;

    /** Whether a caller inspects the token at this moment. Other callers need not wait for that, and take the token. */
    private volatile boolean inspecting;

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

    /** The token if it is fresh, else null. Nearly all calls end here. */
    public @Nullable CachedToken freshToken() {
        CachedToken token = state.token();
        if (token != null && token.isFresh(time.millis())) {
            return token;
        }
        return null;
    }

    /** Whether the token serves all programs: its source does not ask whether a program handles claims challenges. */
    boolean isForAllPrograms() {
        CachedToken token = state.token();
        return token != null && !token.run.caeAware();
    }

    @Nullable
    CachedToken get(boolean force, Duration limit) {
        return get(force, limit, request);
    }

    /**
     * The token. The calling thread waits for it if necessary. Null if the slot was evicted.
     *
     * @param asked the call's own request, as {@link Call#request} defines it
     */
    @Nullable
    CachedToken get(boolean force, Duration limit, TokenRequest asked) {
        CachedToken before = state.token();
        if (!force && isUsable(before, asked)) {
            return before;
        }
        if (!state.enter()) {
            return null;
        }
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            publisher.publishBlock(request);
        }
        long start = time.nanos();
        BlockingCall call = new BlockingCall(before, force, start, start + limit.toNanos(), asked);
        CachedToken gained = null;
        TokenAcquisitionException failed = null;
        try {
            gained = awaitToken(call);
            return gained;
        } catch (TokenAcquisitionException e) {
            failed = e;
            throw e;
        } finally {
            state.leave(call);
            if (publisher != null) {
                publisher.publish(Kind.WAITED, request, Duration.ofNanos(time.nanos() - start), gained, failed);
            }
        }
    }

    /**
     * Blocks the calling thread until its call has an answer. If the head start of the first source is over before
     * that, the thread that began the request lets the later sources find out whether they apply.
     */
    private CachedToken awaitToken(BlockingCall call) {
        try {
            boolean began = state.join(call);
            if (began && !call.awaitAnswer(Math.min(HEAD_START_NANOS, call.limitNanos()))) {
                chain.anticipate();
            }
            // endWaitOfCall() answers the call, unless the call has joined another request.
            while (!call.awaitAnswer(state.endOfWait(call) - time.nanos())) {
                state.endWaitOfCall(call);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.ofInterrupt(request.resource(), e);
        }
        return call.tokenOrThrow();
    }

    <T> @Nullable CompletableFuture<T> getAsync(boolean force, Duration limit, Function<CachedToken, T> view) {
        return getAsync(force, limit, view, request);
    }

    /**
     * The token as a future. The calling thread does not wait. Null if the slot was evicted.
     *
     * @param view what the caller sees of a token
     */
    @SuppressWarnings("FutureReturnValueIgnored") // The future of whenComplete cannot fail.
    <T> @Nullable CompletableFuture<T> getAsync(
            boolean force, Duration limit, Function<CachedToken, T> view, TokenRequest asked) {
        CachedToken before = state.token();
        if (before != null && !force && isUsable(before, asked)) {
            return CompletableFuture.completedFuture(view.apply(before));
        }
        if (!state.enter()) {
            return null;
        }
        long start = time.nanos();
        CompletableFuture<T> future = new CompletableFuture<>();
        Consumer<Call> afterwards = null;
        EventPublisher publisher = chain.publisher();
        if (publisher != null) {
            afterwards = answered -> publisher.publishWait(request, answered);
        }
        Call call = FutureCall.create(before, force, start, start + limit.toNanos(), future, view, afterwards, asked);
        // The caller's own cancel completes the future too, so that a call without a caller leaves its request.
        future.whenComplete((value, thrown) -> state.leave(call));
        state.join(call);
        return future;
    }

    /** Whether a token may be handed out now. If its refresh is due, this begins one in the background. */
    private boolean isUsable(@Nullable CachedToken token, TokenRequest asked) {
        if (token == null) {
            return false;
        }
        long millis = time.millis();
        if (token.isFresh(millis)) {
            return true;
        }
        long nanos = time.nanos();
        if (token.isExpired(millis, nanos)) {
            // Notes this look. Otherwise, if the wall clock is set back, isFresh() could be true again for the last
            // look, although the token has expired.
            state.keepChecked(token, millis, nanos);
            return false;
        }
        if (inspecting) {
            return true;
        }
        inspecting = true;
        try {
            return inspectToken(token, millis, nanos, asked);
        } finally {
            inspecting = false;
        }
    }

    /** Looks at account, clocks and refresh time of a token once in a second. False if the account has changed. */
    private boolean inspectToken(CachedToken token, long millis, long nanos, TokenRequest asked) {
        if (!token.run.isAccountUnchanged()) {
            publishInBackground(Kind.ACCOUNT_CHANGED, Duration.ZERO, token);
            return false;
        }
        long ahead = token.driftMillis(millis, nanos);
        if (Math.abs(ahead) >= JUMP_MILLIS) {
            publishInBackground(Kind.CLOCK_JUMPED, Duration.ofMillis(ahead), token);
        }
        state.keepChecked(token, millis, nanos);
        if (token.isRefreshDue(millis, nanos)) {
            state.beginRefresh(refreshLimit, asked);
        }
        return true;
    }

    /** Tells listeners on another thread, because the caller of this one has a token and need not wait for them. */
    private void publishInBackground(Kind kind, Duration duration, CachedToken token) {
        EventPublisher publisher = chain.publisher();
        if (publisher != null && token.run.isNews(kind)) {
            RequestExecutor.startSideTask(executor, () -> publisher.publish(kind, request, duration, token, null));
        }
    }
}
