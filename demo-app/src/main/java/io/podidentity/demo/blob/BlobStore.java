package io.podidentity.demo.blob;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.ListBlobsOptions;
import io.podidentity.demo.problem.ProblemException;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.util.List;
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

    /**
     * The first blobs of the container, in the order of their names.
     *
     * @param limit the maximum number of blobs
     * @throws ProblemException if the storage account does not return them
     */
    public List<Blob> list(int limit) {
        BlobContainerClient container = client();
        ListBlobsOptions options = new ListBlobsOptions().setMaxResultsPerPage(Math.min(limit, 5_000));
        return call(
                null,
                () -> container.listBlobs(options, null).stream()
                        .limit(limit)
                        .map(Blob::of)
                        .toList());
    }

    /**
     * Opens a blob.
     *
     * @throws ProblemException if there is no blob with that name, or the storage account does not return it
     */
    BlobContent open(String name) {
        BlobContainerClient container = client();
        if (!BlobName.isPossible(name)) {
            throw new ProblemException(problems.noSuchBlob(name), null);
        }
        return call(name, () -> BlobContent.of(container.getBlobClient(name).openInputStream()));
    }

    private BlobContainerClient client() {
        if (client == null) {
            throw new ProblemException(isSet() ? problems.notHttps() : problems.notSet(), null);
        }
        return client;
    }

    private <T> T call(@Nullable String blob, Supplier<T> call) {
        try {
            // The client keeps its own token until it expires, but its user may have signed out since.
            provider.getAccessToken(STORAGE_RESOURCE);
            return call.get();
        } catch (RuntimeException e) {
            throw new ProblemException(problems.of(e, blob), e);
        }
    }
}
