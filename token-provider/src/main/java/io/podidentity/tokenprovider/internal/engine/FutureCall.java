// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A caller that holds a future instead of blocking its thread.
 *
 * @param <T> what the caller sees of a token
 */
final class FutureCall<T> extends Call {
    private final CompletableFuture<T> future;
    private final Function<CachedToken, T> view;
    /** Runs after the future was completed with the answer; null if nothing is to run. */
    private final @Nullable Consumer<Call> afterwards;

    private FutureCall(
            @Nullable CachedToken before,
            boolean force,
            long start,
            long deadline,
            CompletableFuture<T> future,
            Function<CachedToken, T> view,
            @Nullable Consumer<Call> afterwards,
            TokenRequest request) {
        super(before, force, start, deadline, request);
        this.future = future;
        this.view = view;
        this.afterwards = afterwards;
    }

    /**
     * Makes the call of a caller who gets a future. The result is declared as {@link Call}, because the JVM's verifier
     * would otherwise load this class even in programs that only make blocking calls.
     *
     * @param future is completed with the answer
     * @param view what the caller sees of a token
     * @param afterwards runs after the future was completed with the answer; null if nothing is to run
     */
    static <T> Call create(
            @Nullable CachedToken before,
            boolean force,
            long start,
            long deadline,
            CompletableFuture<T> future,
            Function<CachedToken, T> view,
            @Nullable Consumer<Call> afterwards,
            TokenRequest request) {
        return new FutureCall<>(before, force, start, deadline, future, view, afterwards, request);
    }

    @Override
    boolean isBlocking() {
        return false;
    }

    @Override
    boolean isUnwanted() {
        return super.isUnwanted() || future.isDone();
    }

    /**
     * Completes the future, and so runs what the caller has chained to it. Does nothing if the caller has cancelled or
     * completed the future itself.
     */
    @Override
    void deliverAnswer() {
        if (completeFuture() && afterwards != null) {
            afterwards.accept(this);
        }
    }

    private boolean completeFuture() {
        Answer given = requireNonNull(answer());
        if (given instanceof CachedToken token) {
            return future.complete(view.apply(token));
        }
        return future.completeExceptionally(((Failure) given).exception());
    }
}
