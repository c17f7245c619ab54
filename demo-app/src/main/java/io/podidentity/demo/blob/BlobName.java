package io.podidentity.demo.blob;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.springframework.web.util.UriUtils;

/** The names of blobs, which may contain slashes and any other character. */
final class BlobName {
    private static final int MAX_LENGTH = 1024;

    private BlobName() {}

    /**
     * The name in the path of a request: everything after the prefix, decoded once, so that {@code ;} and {@code %2F}
     * are kept.
     */
    static String in(HttpServletRequest request, String prefix) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return UriUtils.decode(path.substring(Math.min(prefix.length(), path.length())), StandardCharsets.UTF_8);
    }

    /**
     * Whether a blob can have this name. Dot segments are not allowed, because they could lead out of the container.
     */
    static boolean isPossible(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && Arrays.stream(name.split("[/\\\\]", -1))
                        .noneMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    /** The part after the last slash: the file name under which a browser saves the blob. */
    static String fileName(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
