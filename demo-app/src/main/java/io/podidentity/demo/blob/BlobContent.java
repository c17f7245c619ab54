package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.specialized.BlobInputStream;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * An open blob; the caller closes its stream.
 *
 * @param stream the content
 * @param size its length in bytes
 * @param contentType its content type as it was stored; null if it has none
 * @param eTag its version, including the quotes; null if it has none
 */
record BlobContent(
        InputStream stream,
        long size,
        @Nullable String contentType,
        @Nullable String eTag) {

    static BlobContent of(BlobInputStream stream) {
        BlobProperties properties = stream.getProperties();
        return new BlobContent(stream, properties.getBlobSize(), properties.getContentType(), properties.getETag());
    }
}
