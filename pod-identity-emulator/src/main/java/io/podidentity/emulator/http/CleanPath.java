package io.podidentity.emulator.http;

import java.util.ArrayDeque;

/** The canonical form of a path, to which Go's routers redirect. */
public final class CleanPath {

    private CleanPath() {}

    /** Without doubled slashes and dots; a trailing slash stays. */
    public static String of(String path) {
        var segments = new ArrayDeque<String>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        String clean = "/" + String.join("/", segments);
        return path.endsWith("/") && clean.length() > 1 ? clean + "/" : clean;
    }
}
