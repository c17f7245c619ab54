package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobProperties;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A blob that can be read block by block.
 *
 * @param name its full name
 * @param size its length in bytes
 * @param contentType its content type as it was stored; null if it has none
 * @param eTag its version, including the quotes; null if it has none
 * @param lastModified when it was last written; null if that is not known
 */
record BlobContent(
        String name,
        long size,
        @Nullable String contentType,
        @Nullable String eTag,
        @Nullable Instant lastModified) {

    static BlobContent of(String name, BlobProperties properties) {
        return new BlobContent(
                name,
                properties.getBlobSize(),
                properties.getContentType(),
                quoted(properties.getETag()),
                properties.getLastModified() == null
                        ? null
                        : properties.getLastModified().toInstant());
    }

    /** The ETag as HTTP wants it: the storage client may have removed the quotes. */
    private static @Nullable String quoted(@Nullable String eTag) {
        return eTag == null || eTag.startsWith("\"") ? eTag : '"' + eTag + '"';
    }
}
