package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
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
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);

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

    /** The name as the page shows it, in which no character is hidden. */
    public String shownName() {
        return BlobName.shown(name);
    }

    /** The address of its content, relative to the page. */
    public String href() {
        return Arrays.stream(name.split("/", -1))
                .map(segment -> UriUtils.encode(segment, StandardCharsets.UTF_8))
                .collect(Collectors.joining("/", "api/blobs/", ""));
    }

    /** How the page can preview it, {@code text} or {@code image}; null if it cannot. */
    public @Nullable String preview() {
        return ShownTypes.preview(contentType, size);
    }

    /** The day of the last write as the page shows it, such as {@code 24 Nov 2026}; empty if it is not known. */
    public String dateText() {
        return lastModified == null ? "" : DAY.format(lastModified.atOffset(ZoneOffset.UTC));
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
