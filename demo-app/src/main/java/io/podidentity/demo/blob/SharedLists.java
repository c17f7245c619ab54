package io.podidentity.demo.blob;

import io.podidentity.demo.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers that want the same page of the list, and would wait for their turn one after the other, wait for one
 * call together. None gets what was asked for before it came: a call that has begun is joined by nobody.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class SharedLists {
    private static final Duration LONGEST = StorageCalls.MAX_WAIT.plus(StorageCalls.TOTAL_TIME);

    private final StorageCalls calls;
    private final ConcurrentMap<Page, CompletableFuture<BlobPage>> waiting = new ConcurrentHashMap<>();

    SharedLists(StorageCalls calls) {
        this.calls = calls;
    }

    /** What is asked for; the parameters are those of {@link BlobStore#list}. */
    record Page(String prefix, @Nullable String continuation, int limit) {}

    /**
     * Makes a call for a page, or waits for one that has not begun.
     *
     * @param tooMany makes the exception for a call that waited too long
     */
    BlobPage get(Page page, Supplier<BlobPage> call, Supplier<ProblemException> tooMany) {
        CompletableFuture<BlobPage> own = new CompletableFuture<>();
        CompletableFuture<BlobPage> others = waiting.putIfAbsent(page, own);
        if (others != null) {
            return await(others, tooMany);
        }
        try {
            BlobPage answer = calls.call(
                    () -> {
                        waiting.remove(page, own);
                        return call.get();
                    },
                    tooMany);
            own.complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            own.completeExceptionally(e);
            throw e;
        } finally {
            waiting.remove(page, own);
        }
    }

    private static BlobPage await(CompletableFuture<BlobPage> others, Supplier<ProblemException> tooMany) {
        try {
            return others.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooMany.get();
        } catch (TimeoutException e) {
            throw tooMany.get();
        }
    }
}
