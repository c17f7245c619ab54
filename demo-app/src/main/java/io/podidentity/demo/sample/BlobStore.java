// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.sample;

import com.azure.core.http.rest.PagedResponse;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlobInputStreamOptions;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The blobs of one container. A call throws {@code TokenAcquisitionException} if there is no token, and {@code
 * BlobStorageException} if the storage account refuses: {@link Problem} and {@link StorageError} explain both.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public record BlobStore(BlobContainerClient container) {
    /** What an open blob holds in memory, in bytes, however big the blob is. */
    public static final int BLOCK = 256 * 1024;

    /** Lists blobs whose names begin with a prefix, from a continuation or, by null, the first; maybe fewer. */
    public PagedResponse<BlobItem> list(String prefix, @Nullable String continuation, int limit) {
        ListBlobsOptions options = new ListBlobsOptions().setPrefix(prefix).setMaxResultsPerPage(limit);
        return container
                .listBlobs(options, continuation, null)
                .iterableByPage()
                .iterator()
                .next();
    }

    /** Finds a blob, without its content. */
    public BlobProperties find(String name) {
        return container.getBlobClient(name).getProperties();
    }

    /**
     * Opens a part of a blob, which is not empty, and of a blob that must not have changed since it was found. The next
     * block is fetched when the one before was read, so a slow reader costs the storage account nothing.
     */
    public InputStream open(String name, BlobProperties blob, long from, long length) {
        BlobInputStreamOptions options = new BlobInputStreamOptions()
                .setRange(new BlobRange(from, length))
                .setBlockSize(BLOCK)
                .setRequestConditions(new BlobRequestConditions().setIfMatch(blob.getETag()));
        return container.getBlobClient(name).openInputStream(options);
    }
}
