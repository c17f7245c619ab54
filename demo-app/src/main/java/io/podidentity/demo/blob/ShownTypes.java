package io.podidentity.demo.blob;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** What a browser may display directly, because it cannot run scripts. Everything else is downloaded. */
final class ShownTypes {
    private static final Set<String> TEXTS = Set.of("text/plain", "text/csv", "text/markdown", "application/json");
    private static final Set<String> IMAGES = Set.of("image/png", "image/jpeg", "image/gif", "image/webp");

    private static final long MAX_TEXT = 256 * 1024;
    private static final long MAX_IMAGE = 2 * 1024 * 1024;

    private ShownTypes() {}

    static boolean contain(MediaType type) {
        String name = name(type);
        return TEXTS.contains(name) || IMAGES.contains(name);
    }

    /** How the page previews a blob, {@code text} or {@code image}; null for another type, or one that is too big. */
    static @Nullable String preview(@Nullable String contentType, long size) {
        if (contentType == null || size == 0) {
            return null;
        }
        try {
            String name = name(MediaType.parseMediaType(contentType));
            return TEXTS.contains(name) && size <= MAX_TEXT
                    ? "text"
                    : IMAGES.contains(name) && size <= MAX_IMAGE ? "image" : null;
        } catch (InvalidMediaTypeException e) {
            return null;
        }
    }

    private static String name(MediaType type) {
        return type.getType() + "/" + type.getSubtype();
    }
}
