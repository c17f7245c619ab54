package io.podidentity.demo.blob;

import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlobInputStreamOptions;
import io.podidentity.demo.web.Problem;
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
 * The blobs of one container, read with the identity of the application. Every failure is a {@link Problem} that says
 * what to do.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class BlobStore {
    /** Half of the threads that Tomcat has by default, so that slow clients leave threads for the other requests. */
    static final int MAX_DOWNLOADS = 100;

    /** What a download holds in memory, in bytes, however big the blob is. */
    static final int BLOCK = 256 * 1024;

    /** In the form in which the storage client asks for it. */
    private static final String STORAGE_RESOURCE = "https://storage.azure.com";

    private final @Nullable BlobContainerClient client;
    private final AzureServiceTokenProvider provider;
    private final StorageProblems problems;
    /** A list is held in memory as a whole, so only some are read at a time. */
    private final Semaphore lists = new Semaphore(4, true);

    private final Semaphore downloads = new Semaphore(MAX_DOWNLOADS);

    /** @param client null if the account's endpoint is not usable */
    BlobStore(@Nullable BlobContainerClient client, AzureServiceTokenProvider provider, StorageProblems problems) {
        this.client = client;
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
            ListBlobsOptions options = new ListBlobsOptions().setPrefix(prefix).setMaxResultsPerPage(limit);
            return explained(null, () -> page(client(), options, continuation));
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

    private static BlobPage page(
            BlobContainerClient container, ListBlobsOptions options, @Nullable String continuation) {
        PagedResponse<BlobItem> page = container
                .listBlobs(options, continuation, null)
                .iterableByPage()
                .iterator()
                .next();
        String next = page.getContinuationToken();
        return new BlobPage(page.getValue().stream().map(Blob::of).toList(), "".equals(next) ? null : next);
    }

    /** Finds a blob, without its content. */
    BlobProperties find(String name) {
        if (!Blob.isPossible(name)) {
            throw problems.noSuchBlob(name);
        }
        return explained(
                name,
                () -> client().getBlobClient(name)
                        .getPropertiesWithResponse(null, null, Context.NONE)
                        .getValue());
    }

    /**
     * Opens a part of a blob, which is not empty, and of a blob that must not have changed since it was found. It is
     * read block by block: the next one is fetched when the client has taken the one before, so a slow client costs the
     * storage account nothing.
     */
    InputStream open(String name, BlobProperties blob, long from, long length) {
        if (!downloads.tryAcquire()) {
            throw problems.passing("too-many-downloads", MAX_DOWNLOADS);
        }
        BlobInputStreamOptions options = new BlobInputStreamOptions()
                .setRange(new BlobRange(from, length))
                .setBlockSize(BLOCK)
                .setRequestConditions(new BlobRequestConditions().setIfMatch(blob.getETag()));
        try {
            return new Download(
                    name,
                    length,
                    explained(name, () -> client().getBlobClient(name).openInputStream(options)));
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
                problems.of(e, name).logged();
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

    private BlobContainerClient client() {
        if (client == null) {
            throw problems.notUsable();
        }
        return client;
    }

    /** Makes a call; the name is null for the list of blobs. */
    private <T> T explained(@Nullable String blob, Supplier<T> call) {
        try {
            // The client keeps its own token until it expires, but its user may have signed out since.
            provider.getAccessToken(STORAGE_RESOURCE);
            return call.get();
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw problems.of(e, blob).logged();
        }
    }

    /** Some blobs of the container, in the order of their names; without a continuation there are no more. */
    public record BlobPage(List<Blob> blobs, @Nullable String continuation) {

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
