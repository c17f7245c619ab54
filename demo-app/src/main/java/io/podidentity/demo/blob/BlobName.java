package io.podidentity.demo.blob;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.util.UriUtils;

/** The names of blobs, which may contain slashes and any other character. */
final class BlobName {
    private static final int MAX_LENGTH = 1024;

    /** Control characters, line separators, and characters that turn the direction of the text. */
    private static final Pattern HIDDEN = Pattern.compile(
            "[\\p{Cc}\\p{Zl}\\p{Zp}\\x{61C}\\x{200E}\\x{200F}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}\\x{FEFF}]");

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

    /**
     * The file name under which a browser saves the blob: the part after the last slash. A back-slash, which separates
     * folders on Windows, and {@link #shown} characters are replaced.
     */
    static String fileName(String name) {
        return HIDDEN.matcher(name.substring(name.lastIndexOf('/') + 1))
                .replaceAll("_")
                .replace('\\', '_');
    }

    /**
     * The name as people should see it: characters that have no form, or that turn the direction of the text, are shown
     * as their codes. With them, {@code cod.exe} could look like {@code exe.doc}.
     */
    static String shown(String name) {
        return HIDDEN.matcher(name)
                .replaceAll(hidden -> Matcher.quoteReplacement(
                        String.format("\\u%04X", (int) hidden.group().charAt(0))));
    }
}
