// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The canonical form of a path, to which Go's routers redirect, and so NMI and the proxy of workload identity.
 *
 * @since 0.1.0
 */
public final class CleanPath {

    private CleanPath() {}

    /** The redirect of the router of gorilla, if the decoded path is not in its canonical form. */
    public static Optional<Answer> redirect(Request request) {
        return clean(request).map(path -> Answer.empty(301).with("Location", path + request.queryPart()));
    }

    /** The same of Go's own router, whose redirect has a page for those who read it. */
    public static Optional<Answer> redirectWithPage(Request request) {
        return clean(request).map(path -> answerWithPage(path, request));
    }

    private static Answer answerWithPage(String path, Request request) {
        String location = path + (request.rawQuery().isEmpty() ? "" : request.queryPart());
        Answer answer = Answer.empty(301);
        if (request.isGet()) {
            String page = "<a href=\"" + GoText.html(location) + "\">Moved Permanently</a>.\n\n";
            answer = Answer.bytes(301, page.getBytes(StandardCharsets.ISO_8859_1));
        }
        if (request.isGet() || request.method().equals("HEAD")) {
            answer = answer.with("Content-Type", "text/html; charset=utf-8");
        }
        return answer.with("Location", escaped(location));
    }

    /** Each byte beyond ASCII by its number. */
    private static String escaped(String location) {
        return location.chars().mapToObj(CleanPath::escape).collect(Collectors.joining());
    }

    private static String escape(int c) {
        boolean isAscii = c < 0x80;
        return isAscii ? Character.toString(c) : "%%%02x".formatted(c);
    }

    private static Optional<String> clean(Request request) {
        String path = Request.decodeSegment(request.rawPath());
        String clean = of(path);
        return clean.equals(path) ? Optional.empty() : Optional.of(GoUrl.encodedPath(clean));
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
