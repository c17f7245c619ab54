package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenRequest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A caller whose thread waits. */
final class BlockingCall extends Call {
    private final CountDownLatch delivered = new CountDownLatch(1);

    BlockingCall(@Nullable CachedToken before, boolean force, long start, long deadline, TokenRequest request) {
        super(before, force, start, deadline, request);
    }

    @Override
    boolean isBlocking() {
        return true;
    }

    @Override
    void deliver() {
        delivered.countDown();
    }

    /** Blocks the calling thread until there is an answer, at most so long; true if there is one. */
    boolean block(long nanos) throws InterruptedException {
        return delivered.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** The token, or the failure with the calling thread's stack trace; there is an answer. */
    CachedToken tokenOrThrow() {
        Answer given = requireNonNull(answer());
        if (given instanceof CachedToken token) {
            return token;
        }
        throw Failures.again(((Failure) given).exception());
    }
}
