// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.util.UriUtils;

/**
 * A blob of the container.
 *
 * @param name its full name, including slashes
 * @param size its length in bytes
 * @param contentType its content type; null if it has none
 * @param lastModified when it was last written; null if that is not known
 */
public record Blob(
        String name,
        long size,
        @Nullable String contentType,
        @Nullable Instant lastModified) {
    private static final Set<String> TEXTS = Set.of("text/plain", "text/csv", "text/markdown", "application/json");
    private static final Set<String> IMAGES = Set.of("image/png", "image/jpeg", "image/gif", "image/webp");
    private static final long MAX_TEXT = 256 * 1024;
    private static final long MAX_IMAGE = 2 * 1024 * 1024;

    private static final int MAX_LENGTH = 1024;

    /** Control characters, line separators, and characters that turn the direction of the text. */
    private static final Pattern HIDDEN = Pattern.compile(
            "[\\p{Cc}\\p{Zl}\\p{Zp}\\x{61C}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}\\x{FEFF}]");

    static Blob of(BlobItem item) {
        BlobItemProperties properties = item.getProperties();
        Long size = properties.getContentLength();
        OffsetDateTime modified = properties.getLastModified();
        return new Blob(
                item.getName(),
                size == null ? 0 : size,
                properties.getContentType(),
                modified == null ? null : modified.toInstant());
    }

    /** The name as the page shows it, in which no character is hidden. */
    public String shownName() {
        return shown(name);
    }

    /** The address of its content, relative to the page. */
    public String href() {
        return Arrays.stream(name.split("/", -1))
                .map(segment -> UriUtils.encode(segment, StandardCharsets.UTF_8))
                .collect(Collectors.joining("/", "api/blobs/", ""));
    }

    /** How the page previews it, {@code text} or {@code image}; null for another type, or if it is too big. */
    public @Nullable String preview() {
        String type = size == 0 ? "" : nameOf(typeOf(contentType));
        if (TEXTS.contains(type) && size <= MAX_TEXT) {
            return "text";
        }
        return IMAGES.contains(type) && size <= MAX_IMAGE ? "image" : null;
    }

    /** The type as it was stored, unless it is none, such as the ranges of types that are allowed in requests. */
    public static MediaType typeOf(@Nullable String contentType) {
        try {
            MediaType type = contentType == null ? MediaType.ALL : MediaType.parseMediaType(contentType);
            return type.isConcrete() ? type : MediaType.APPLICATION_OCTET_STREAM;
        } catch (InvalidMediaTypeException e) {
            return MediaType.APPLICATION_OCTET_STREAM;
        }
    }

    /** Whether a browser may display the type directly, because it cannot run scripts. */
    public static boolean isShown(MediaType type) {
        return TEXTS.contains(nameOf(type)) || IMAGES.contains(nameOf(type));
    }

    private static String nameOf(MediaType type) {
        return type.getType() + "/" + type.getSubtype();
    }

    /**
     * The name in the path of a request: everything after the prefix, decoded once, so that {@code ;} and {@code %2F}
     * are kept.
     */
    public static String nameIn(HttpServletRequest request, String prefix) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return UriUtils.decode(path.substring(Math.min(prefix.length(), path.length())), StandardCharsets.UTF_8);
    }

    /** Whether a blob can have this name. Dot segments could lead out of the container. */
    static boolean isPossible(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && Arrays.stream(name.split("[/\\\\]", -1))
                        .noneMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    /** The file name under which a browser saves the blob: the part after the last slash, or back-slash on Windows. */
    public static String fileName(String name) {
        return shown(name.substring(name.lastIndexOf('/') + 1)).replace('\\', '_');
    }

    /**
     * The name as people should see it: characters that have no form, or that turn the direction of the text, are
     * replaced. With them, {@code cod.exe} could look like {@code exe.doc}.
     */
    static String shown(String name) {
        return HIDDEN.matcher(name).replaceAll("\uFFFD");
    }
}
