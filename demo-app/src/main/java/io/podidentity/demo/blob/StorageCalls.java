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

    static final int MAX_CALLS = 16;
    private static final Duration MAX_WAIT = Duration.ofSeconds(3);

    private final Semaphore permits = new Semaphore(MAX_CALLS, true);

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
