package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import org.springframework.web.util.UriUtils;

/**
 * A blob of the container.
 *
 * @param name its full name, including slashes
 * @param size its length in bytes
 * @param contentType its content type; null if it has none
 * @param lastModified when it was last written
 */
public record Blob(
        String name,
        long size,
        @Nullable String contentType,
        @Nullable Instant lastModified) {

    static Blob of(BlobItem item) {
        BlobItemProperties properties = item.getProperties();
        return new Blob(
                item.getName(),
                properties.getContentLength() == null ? 0 : properties.getContentLength(),
                properties.getContentType(),
                properties.getLastModified() == null
                        ? null
                        : properties.getLastModified().toInstant());
    }

    /** The address of its content, relative to the page. */
    public String href() {
        return Arrays.stream(name.split("/", -1))
                .map(segment -> UriUtils.encode(segment, StandardCharsets.UTF_8))
                .collect(Collectors.joining("/", "api/blobs/", ""));
    }

    /** The size as the page shows it, such as {@code 12 KB}. */
    public String sizeText() {
        DataSize data = DataSize.ofBytes(size);
        if (data.toMegabytes() >= 10) {
            return data.toMegabytes() + " MB";
        }
        return data.toKilobytes() >= 10 ? data.toKilobytes() + " KB" : size + " B";
    }
}
