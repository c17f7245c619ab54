// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A caller whose own thread blocks until there is an answer. */
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
    void deliverAnswer() {
        delivered.countDown();
    }

    /** Blocks the calling thread until there is an answer, at most so long. True if there is an answer. */
    boolean awaitAnswer(long nanos) throws InterruptedException {
        return delivered.await(nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * The token of the answer, which must be there.
     *
     * @throws io.podidentity.tokenprovider.TokenAcquisitionException the failure, with the stack trace of the calling
     *     thread: a failure that many callers share has only that of the request's thread
     */
    CachedToken tokenOrThrow() {
        Answer given = requireNonNull(answer());
        if (given instanceof CachedToken token) {
            return token;
        }
        throw Failures.withOwnStackTrace(((Failure) given).exception());
    }
}
