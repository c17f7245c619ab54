package io.podidentity.emulator.http;

import java.util.ArrayDeque;
import java.util.Optional;

/** The canonical form of a path, to which Go's routers redirect, and so NMI and the proxy of workload identity. */
public final class CleanPath {

    private CleanPath() {}

    /** The redirect that Go's routers answer, if the path is not in its canonical form. */
    public static Optional<Answer> redirect(Request request) {
        String clean = of(request.rawPath());
        return clean.equals(request.rawPath())
                ? Optional.empty()
                : Optional.of(Answer.empty(301).with("Location", clean + request.queryPart()));
    }

    /** Without doubled slashes and dots; a trailing slash stays. */
    static String of(String path) {
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
