package io.podidentity.demo.blob;

import io.podidentity.demo.problem.Problem;
import io.podidentity.demo.problem.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Copies blobs to clients. A download holds one block in memory, however big the blob is, and gets the next one when
 * the client has taken it: between two blocks, a slow client costs the storage account nothing. The number of
 * downloads is bounded, so that slow clients leave threads for the other requests.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
@Component
final class BlobDownloads {
    /** Half of the threads that Tomcat has by default. */
    static final int MAX_DOWNLOADS = 100;

    static final int BLOCK = 128 * 1024;

    /** While there are few downloads, bigger blocks make them several times as fast. */
    static final int BIG_BLOCK = 1024 * 1024;

    private static final int FEW_DOWNLOADS = 8;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final BlobStore store;
    private final Semaphore free = new Semaphore(MAX_DOWNLOADS);

    BlobDownloads(BlobStore store) {
        this.store = store;
    }

    /** What happens between the first block, after which no problem can be answered any more, and the others. */
    @FunctionalInterface
    interface Answer {
        OutputStream begin() throws IOException;
    }

    /**
     * Copies a range, which is not empty.
     *
     * @param answer is begun when the first block is there
     * @throws ProblemException if there are too many downloads, or there is no first block; nothing was written then
     * @throws IOException if the client has gone, or the storage account does not return another block
     */
    void copy(BlobContent blob, ByteRange range, Answer answer) throws IOException {
        if (!free.tryAcquire()) {
            throw new ProblemException(tooMany(), null);
        }
        try {
            byte[] block = store.read(blob, range.from(), sizeAt(range.from(), range));
            OutputStream out = answer.begin();
            for (long next = range.from(); ; ) {
                out.write(block);
                next += block.length;
                if (next == range.to()) {
                    return;
                }
                block = next(blob, next, sizeAt(next, range));
            }
        } finally {
            free.release();
        }
    }

    private byte[] next(BlobContent blob, long from, int length) throws IOException {
        try {
            return store.read(blob, from, length);
        } catch (ProblemException e) {
            e.problem().log();
            // Not a problem any more: part of the blob was sent. The server closes the connection.
            throw new IOException("The blob cannot be read to its end", e);
        }
    }

    private int sizeAt(long from, ByteRange range) {
        boolean isFew = MAX_DOWNLOADS - free.availablePermits() <= FEW_DOWNLOADS;
        return (int) Math.min(isFew ? BIG_BLOCK : BLOCK, range.to() - from);
    }

    private static Problem tooMany() {
        return new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "too-many-downloads",
                        "Too many downloads run at this moment",
                        "The demo sends at most " + MAX_DOWNLOADS + " blobs at the same time",
                        "Try again when one of them has ended.")
                .retryAfter(RETRY_AFTER);
    }
}
