package io.podidentity.demo.blob;

import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.ListBlobsOptions;
import io.podidentity.demo.problem.Problem;
import io.podidentity.demo.problem.ProblemException;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The blobs of one container, read with the identity of the application. Every failure is a {@link ProblemException}
 * that says what to do.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class BlobStore {
    /** In the form in which the storage client asks for it. */
    private static final String STORAGE_RESOURCE = "https://storage.azure.com";

    private final @Nullable BlobContainerClient client;
    private final AzureServiceTokenProvider provider;
    private final StorageAccount account;
    private final StorageProblems problems;
    private final StorageCalls calls = new StorageCalls(StorageCalls.MAX_CALLS);
    private final SharedLists lists = new SharedLists(new StorageCalls(StorageCalls.MAX_LISTS));

    BlobStore(
            @Nullable BlobContainerClient client,
            AzureServiceTokenProvider provider,
            StorageAccount account,
            StorageProblems problems) {
        this.client = client;
        this.provider = provider;
        this.account = account;
        this.problems = problems;
    }

    /** Whether an endpoint is set at all. */
    public boolean isSet() {
        return !account.endpoint().isBlank();
    }

    /** The endpoint as it may be shown: without a user, a query or a fragment, which can contain secrets. */
    public String endpoint() {
        return account.endpoint();
    }

    /**
     * Some blobs of the container, in the order of their names.
     *
     * @param prefix how their names begin; empty for all blobs
     * @param continuation where to go on: what the previous page has; null to begin
     * @param limit the maximum number of blobs; the storage account may return fewer although there are more
     * @throws ProblemException if the storage account does not return them
     */
    public BlobPage list(String prefix, @Nullable String continuation, int limit) {
        BlobContainerClient container = client();
        ListBlobsOptions options = new ListBlobsOptions().setMaxResultsPerPage(limit);
        if (!prefix.isEmpty()) {
            options.setPrefix(prefix);
        }
        SharedLists.Page asked = new SharedLists.Page(prefix, continuation, limit);
        return explained(
                failure -> problems.ofList(failure, continuation != null),
                () -> lists.get(asked, () -> page(container, options, continuation), this::tooManyCalls));
    }

    private static BlobPage page(
            BlobContainerClient container, ListBlobsOptions options, @Nullable String continuation) {
        Iterator<PagedResponse<BlobItem>> pages = container
                .listBlobs(options, continuation, null)
                .iterableByPage()
                .iterator();
        if (!pages.hasNext()) {
            return new BlobPage(List.of(), null);
        }
        PagedResponse<BlobItem> page = pages.next();
        String next = page.getContinuationToken();
        return new BlobPage(
                page.getValue().stream().map(Blob::of).toList(), next == null || next.isEmpty() ? null : next);
    }

    /**
     * Finds a blob, without its content.
     *
     * @throws ProblemException if there is no blob with that name, or the storage account does not say
     */
    BlobContent find(String name) {
        BlobContainerClient container = client();
        if (!BlobName.isPossible(name)) {
            throw new ProblemException(problems.noSuchBlob(name), null);
        }
        return call(
                failure -> problems.of(failure, name),
                () -> BlobContent.of(
                        name,
                        container
                                .getBlobClient(name)
                                .getPropertiesWithResponse(null, null, Context.NONE)
                                .getValue()));
    }

    /**
     * Reads a part of a blob, which must not have changed since it was found.
     *
     * @param from the first byte
     * @param length the number of bytes, at least 1, all of which are held in memory
     * @throws ProblemException if the storage account does not return all of them
     */
    byte[] read(BlobContent blob, long from, int length) {
        BlobContainerClient container = client();
        BlobRequestConditions unchanged = new BlobRequestConditions().setIfMatch(blob.eTag());
        byte[] read = call(failure -> problems.of(failure, blob.name()), () -> {
            ByteArrayOutputStream buffer = new BoundedBuffer(length);
            // The SDK writes content on a thread of the transport's. What fails there may never reach this one.
            container
                    .getBlobClient(blob.name())
                    .downloadStreamWithResponse(
                            buffer,
                            new BlobRange(from, (long) length),
                            null,
                            unchanged,
                            false,
                            StorageCalls.TOTAL_TIME,
                            Context.NONE);
            return buffer.toByteArray();
        });
        if (read.length != length) {
            throw new ProblemException(problems.cutShort(), null);
        }
        return read;
    }

    private BlobContainerClient client() {
        if (client == null) {
            throw new ProblemException(isSet() ? problems.notUsable() : problems.notSet(), null);
        }
        return client;
    }

    private <T> T call(Function<RuntimeException, Problem> problem, Supplier<T> call) {
        return explained(problem, () -> calls.call(call, this::tooManyCalls));
    }

    private <T> T explained(Function<RuntimeException, Problem> problem, Supplier<T> call) {
        try {
            // The client keeps its own token until it expires, but its user may have signed out since.
            provider.getAccessToken(STORAGE_RESOURCE);
            return call.get();
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ProblemException(problem.apply(e), e);
        }
    }

    private ProblemException tooManyCalls() {
        return new ProblemException(problems.tooManyCalls(), null);
    }

    /** Takes what was asked for, and not one byte more. */
    private static final class BoundedBuffer extends ByteArrayOutputStream {
        BoundedBuffer(int size) {
            super(size);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (length > buf.length - count) {
                throw new BoundedAnswers.TooBigException(buf.length);
            }
            super.write(bytes, offset, length);
        }
    }
}
