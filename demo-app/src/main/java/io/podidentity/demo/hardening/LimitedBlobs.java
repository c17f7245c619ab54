// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import com.azure.core.http.rest.PagedResponse;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import io.podidentity.demo.sample.BlobStore;
import io.podidentity.demo.sample.Problem;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The blobs of one container, within limits for those who ask for them. Every failure is a {@link Problem} that says
 * what to do.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class LimitedBlobs {
    /** Half of the threads that Tomcat has by default, so that slow clients leave threads for the other requests. */
    private static final int MAX_DOWNLOADS = 100;

    /** In the form in which the storage client asks for it. */
    private static final String STORAGE_RESOURCE = "https://storage.azure.com";

    private final @Nullable BlobStore store;
    private final AzureServiceTokenProvider provider;
    private final StorageProblems problems;
    /** A list is held in memory as a whole, so only some are read at a time. */
    private final Semaphore lists = new Semaphore(4, true);

    private final Semaphore downloads = new Semaphore(MAX_DOWNLOADS);

    /** @param store null if the account's endpoint is not usable */
    LimitedBlobs(@Nullable BlobStore store, AzureServiceTokenProvider provider, StorageProblems problems) {
        this.store = store;
        this.provider = provider;
        this.problems = problems;
    }

    /** The endpoint as it may be shown: without a user, a query or a fragment, which can contain secrets. */
    public String endpoint() {
        return problems.account().endpoint();
    }

    /** Lists blobs whose names begin with a prefix, from a continuation or, by null, the first; maybe fewer. */
    public BlobPage list(String prefix, @Nullable String continuation, int limit) {
        // A list is XML, which cannot contain most of them.
        if (prefix.chars().anyMatch(Character::isISOControl)) {
            throw problems.noSuchPage("it would ask for a name that no blob can have");
        }
        if (!hasTurn()) {
            throw problems.passing("demo-busy");
        }
        try {
            return explain(null, () -> BlobPage.of(store().list(prefix, continuation, limit)));
        } finally {
            lists.release();
        }
    }

    private boolean hasTurn() {
        try {
            return lists.tryAcquire(3, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Finds a blob, without its content. */
    public BlobProperties find(String name) {
        if (!Blob.isPossible(name)) {
            throw problems.noSuchBlob(name);
        }
        return explain(name, () -> store().find(name));
    }

    /** Opens a part of a blob, which is not empty, as {@link BlobStore#open} does. */
    public InputStream open(String name, BlobProperties blob, long from, long length) {
        if (!downloads.tryAcquire()) {
            throw problems.passing("too-many-downloads", MAX_DOWNLOADS);
        }
        try {
            return new Download(name, length, explain(name, () -> store().open(name, blob, from, length)));
        } catch (RuntimeException e) {
            downloads.release();
            throw e;
        }
    }

    /**
     * What follows when the answer has begun. A failure can be no answer any more: it is logged in one line, and Tomcat
     * closes the connection, by which the client sees that the rest is missing.
     */
    private final class Download extends FilterInputStream {
        private final String name;
        private long left;
        private boolean isOpen = true;

        Download(String name, long length, InputStream content) {
            super(content);
            this.name = name;
            this.left = length;
        }

        @Override
        public int read(byte[] block, int offset, int length) throws IOException {
            try {
                int read = left == 0 ? -1 : super.read(block, offset, (int) Math.min(length, left));
                if (read < 0 && left > 0) {
                    throw new EOFException();
                }
                left -= Math.max(read, 0);
                return read;
            } catch (IOException | RuntimeException e) {
                ProblemLog.warn(problems.of(e, name));
                throw new CloseNowException("The blob cannot be read to its end", e);
            }
        }

        @Override
        public void close() throws IOException {
            if (isOpen) {
                isOpen = false;
                downloads.release();
                super.close();
            }
        }
    }

    private BlobStore store() {
        if (store == null) {
            throw problems.notUsable();
        }
        return store;
    }

    /** Makes a call; the name is null for the list of blobs. */
    private <T> T explain(@Nullable String blob, Supplier<T> call) {
        try {
            // The client keeps its own token until it expires, but its user may have signed out since.
            provider.getAccessToken(STORAGE_RESOURCE);
            return call.get();
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw ProblemLog.warn(problems.of(e, blob));
        }
    }

    /** Some blobs of the container, in the order of their names; without a continuation there are no more. */
    public record BlobPage(List<Blob> blobs, @Nullable String continuation) {

        private static BlobPage of(PagedResponse<BlobItem> page) {
            String next = page.getContinuationToken();
            return new BlobPage(page.getValue().stream().map(Blob::of).toList(), "".equals(next) ? null : next);
        }

        /** The query of the request for the next page, beginning with a question mark; null if there is none. */
        public @Nullable String next(String prefix, @Nullable Integer limit) {
            if (continuation == null) {
                return null;
            }
            return UriComponentsBuilder.fromUriString("?prefix={prefix}")
                    .queryParamIfPresent("limit", Optional.ofNullable(limit))
                    .queryParam("continuation", "{continuation}")
                    .encode()
                    .buildAndExpand(Map.of("prefix", prefix, "continuation", continuation))
                    .toUriString();
        }
    }
}
