package io.podidentity.demo.blob;

import io.podidentity.demo.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Bounds the calls to the storage account. Each call has a total time, over all its attempts. Only some run at the same
 * time: more connections would not be faster, and each needs memory.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class StorageCalls {
    /** Longer than one attempt, so that one retry is possible if the first attempt is refused or breaks early. */
    static final Duration TOTAL_TIME = Duration.ofSeconds(5);

    private static final int MAX_CALLS = 16;
    private static final Duration MAX_WAIT = Duration.ofSeconds(3);

    private final Semaphore permits = new Semaphore(MAX_CALLS, true);

    /**
     * Makes a call, if need be after calls that began earlier.
     *
     * @param call is given its total time
     * @param tooMany makes the exception for a call that waited too long
     */
    <T> T call(Function<Duration, T> call, Supplier<ProblemException> tooMany) {
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
            return call.apply(TOTAL_TIME);
        } finally {
            permits.release();
        }
    }
}
