package io.podidentity.emulator.http;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One request, its body read whole. Immutable, and without a text form, since it may carry secrets. */
public final class Request {

    private final String method;
    private final String rawPath;
    private final Headers headers;
    private final Parameters query;
    private final String body;

    Request(String method, URI uri, Headers headers, String body) {
        this.method = method;
        this.rawPath = rawPath(uri);
        this.headers = headers;
        this.query = Parameters.parse(uri.getRawQuery() == null ? "" : uri.getRawQuery());
        this.body = body;
    }

    /** A target that begins with two slashes reads as host and path; here it is a path, as it is for Azure. */
    static String rawPath(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getScheme() == null && uri.getRawAuthority() != null ? "//" + uri.getRawAuthority() + path : path;
    }

    public String method() {
        return method;
    }

    public boolean isGet() {
        return method.equals("GET");
    }

    public boolean isPost() {
        return method.equals("POST");
    }

    /** The path as sent, still percent-encoded. */
    public String rawPath() {
        return rawPath;
    }

    /**
     * The decoded segments of the path; empty ones (of doubled slashes) are left out.
     *
     * @throws IllegalArgumentException if a percent escape is broken
     */
    public List<String> segments() {
        return Arrays.stream(rawPath.split("/", -1))
                .filter(segment -> !segment.isEmpty())
                .map(Request::decodeSegment)
                .toList();
    }

    /** A plus sign stands for itself in a path. */
    public static String decodeSegment(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.getFirst(name));
    }

    /** The token of {@code Authorization: Bearer …}, if there is one. */
    public Optional<String> bearer() {
        return header("Authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith("bearer "))
                .map(value -> value.substring("bearer ".length()).strip());
    }

    public Parameters query() {
        return query;
    }

    /**
     * The body read as a form.
     *
     * @throws IllegalArgumentException if a percent escape is broken
     */
    public Parameters form() {
        return Parameters.parse(body);
    }
}
