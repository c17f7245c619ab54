package io.podidentity.demo.blob;

import io.podidentity.demo.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds the calls to the storage account: only some run at the same time. More connections would not be faster, and
 * each needs memory. The client itself ends each call within {@link #TOTAL_TIME}.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class StorageCalls {
    /** Of both attempts, so that the page reports within about 5 s that a storage account does not answer. */
    static final Duration TOTAL_TIME = Duration.ofSeconds(5);

    /** For parts of blobs and their properties. */
    static final int MAX_CALLS = 16;

    /** A list needs more memory, and callers that want the same one share it. */
    static final int MAX_LISTS = 4;

    static final Duration MAX_WAIT = Duration.ofSeconds(3);

    private final Semaphore permits;

    /**
     * Makes one that has made no calls.
     *
     * @param max how many run at the same time
     */
    StorageCalls(int max) {
        this.permits = new Semaphore(max, true);
    }

    /**
     * Makes a call, if need be after calls that began earlier.
     *
     * @param tooMany makes the exception for a call that waited too long
     */
    <T> T call(Supplier<T> call, Supplier<ProblemException> tooMany) {
        boolean permitted;
        try {
            permitted = permits.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooMany.get();
        }
        if (!permitted) {
            throw tooMany.get();
        }
        try {
            return call.get();
        } finally {
            permits.release();
        }
    }
}
