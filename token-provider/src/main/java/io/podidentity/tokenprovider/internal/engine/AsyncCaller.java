package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A caller that waits without a thread, until its own deadline; in the order of these. */
final class AsyncCaller<T> extends Call implements Comparable<AsyncCaller<?>>, Runnable {
    /** What the caller holds. Whoever completes or cancels it ends the wait. */
    final CompletableFuture<T> future = new CompletableFuture<>();

    /** Is run after the future was completed; null for nothing. */
    @Nullable
    Runnable afterwards;

    private final Function<CachedToken, T> view;
    private @Nullable CachedToken token;
    private @Nullable TokenAcquisitionException failure;
    private long answeredAt;

    /**
     * @param view what the caller sees of a token
     */
    AsyncCaller(@Nullable CachedToken before, boolean force, long limit, long deadline, Function<CachedToken, T> view) {
        super(false, before, force, limit, deadline);
        this.view = view;
    }

    /**
     * Keeps what the future is going to be completed with; one of both is null.
     *
     * @param now when that came, on the steady clock
     */
    AsyncCaller<T> with(@Nullable CachedToken token, @Nullable TokenAcquisitionException failure, long now) {
        this.token = token;
        this.failure = failure;
        this.answeredAt = now;
        return this;
    }

    /** How long it waited. */
    Duration waited() {
        return Duration.ofNanos(answeredAt - deadline + limit);
    }

    /** What the future is completed with; null for a failure. */
    @Nullable
    CachedToken token() {
        return token;
    }

    /** Why there is no token; null if there is one. */
    @Nullable
    TokenAcquisitionException failure() {
        return failure;
    }

    /** Completes the future, runs what the caller has chained to it, and then what comes afterwards. */
    @Override
    public void run() {
        Runnable then = complete() ? afterwards : null;
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
    public int compareTo(AsyncCaller<?> other) {
        return Long.signum(deadline - other.deadline);
    }
}
