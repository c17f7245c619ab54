package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenRequest;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A caller that holds a future, and whose thread does something else.
 *
 * @param <T> what the caller sees of a token
 */
final class FutureCall<T> extends Call {
    private final CompletableFuture<T> future;
    private final Function<CachedToken, T> view;
    /** Is told after the future was completed with the answer; null for nobody. */
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
     * Makes the call of a caller who gets a future. It is a {@link Call} to the verifier too, which would otherwise
     * load this class before the first token.
     *
     * @param future what is completed with the answer
     * @param view what the caller sees of a token
     * @param afterwards is told after the future was completed with the answer; null for nobody
     */
    static <T> Call of(
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

    /** Completes the future, which runs what the caller has chained to it; nothing if the caller was faster. */
    @Override
    void deliver() {
        Consumer<Call> then = complete() ? afterwards : null;
        if (then != null) {
            then.accept(this);
        }
    }

    private boolean complete() {
        Answer given = requireNonNull(answer());
        return given instanceof CachedToken token
                ? future.complete(view.apply(token))
                : future.completeExceptionally(((Failure) given).exception());
    }
}
