package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a caller who has to wait asks of a slot; those that wait without a thread are ordered by their deadlines. */
final class Call<T> implements Comparable<Call<?>>, Runnable {
    /** What the caller holds; whoever completes or cancels it ends the wait. Null if the caller's thread waits. */
    final @Nullable CompletableFuture<T> future;
    /** The token that was not good enough when the caller came; null if there was none. */
    final @Nullable CachedToken before;

    final boolean force;
    /** How long the caller waits at most, in nanoseconds. */
    final long limit;
    /** Until when, on the steady clock. */
    final long deadline;
    /** Is run after the future was completed; null for nothing. */
    @Nullable
    Runnable afterwards;

    /** What the caller sees of a token. */
    private final @Nullable Function<CachedToken, T> view;

    @Nullable
    CachedToken token;

    @Nullable
    TokenAcquisitionException failure;

    private long answeredAt;

    Call(
            @Nullable CachedToken before,
            boolean force,
            long limit,
            long deadline,
            @Nullable CompletableFuture<T> future,
            @Nullable Function<CachedToken, T> view) {
        this.before = before;
        this.force = force;
        this.limit = limit;
        this.deadline = deadline;
        this.future = future;
        this.view = view;
    }

    /** Keeps what the future is going to be completed with; one of both is null. */
    Call<T> with(@Nullable CachedToken token, @Nullable TokenAcquisitionException failure, long now) {
        this.token = token;
        this.failure = failure;
        this.answeredAt = now;
        return this;
    }

    Duration waited() {
        return Duration.ofNanos(answeredAt - deadline + limit);
    }

    @Override
    public void run() {
        Runnable then = complete() ? afterwards : null;
        if (then != null) {
            then.run();
        }
    }

    /** Completes the future, and runs what the caller has chained to it; false if somebody else had done so. */
    boolean complete() {
        CompletableFuture<T> held = requireNonNull(future);
        TokenAcquisitionException failed = failure;
        return failed != null
                ? held.completeExceptionally(failed)
                : held.complete(requireNonNull(view).apply(requireNonNull(token)));
    }

    @Override
    public int compareTo(Call<?> other) {
        return Long.signum(deadline - other.deadline);
    }
}
