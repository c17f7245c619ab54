package io.podidentity.emulator.http;

import io.podidentity.emulator.json.Json;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One request, its body read whole. Immutable, and without a text form, since it may carry secrets. */
public final class Request {

    static final String HTTP_1_0 = "HTTP/1.0";
    static final String HTTP_1_1 = "HTTP/1.1";

    private final String method;
    private final String rawPath;
    private final String queryPart;
    private final Map<String, String> headers;
    private final byte[] body;
    private final String version;
    private final Watching watching;

    /** Begins to watch a connection. */
    @FunctionalInterface
    interface Watching {
        HangUpWatch begin();
    }

    /**
     * Takes what was read.
     *
     * @param target the path with the query
     * @param headers by case-insensitive name
     * @param body which nobody changes afterwards
     * @param version of HTTP, in the words of the first line
     */
    Request(String method, String target, String version, Map<String, String> headers, byte[] body, Watching watching) {
        int mark = target.indexOf('?');
        this.method = method;
        this.rawPath = mark < 0 ? target : target.substring(0, mark);
        this.queryPart = mark < 0 ? "" : target.substring(mark);
        this.headers = headers;
        this.body = body;
        this.version = version;
        this.watching = watching;
    }

    /** A request without a body that came over no connection. */
    public static Request of(String method, String target, Map<String, String> headers) {
        return withBody(method, target, headers, "");
    }

    /** A request with a body that came over no connection. */
    public static Request withBody(String method, String target, Map<String, String> headers, String body) {
        var byName = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        byName.putAll(headers);
        return new Request(
                method, target, HTTP_1_1, byName, body.getBytes(StandardCharsets.UTF_8), HangUpWatch::ofNothing);
    }

    /** A request that one part of the emulator makes to another: a form, sent to a path. */
    public static Request form(String path, Map<String, String> fields) {
        String body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return new Request(
                "POST", path, HTTP_1_1, Map.of(), body.getBytes(StandardCharsets.UTF_8), HangUpWatch::ofNothing);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Whether the connection ends with the answer. */
    boolean isLast() {
        return isOld()
                || headers.getOrDefault("Connection", "")
                        .toLowerCase(Locale.ROOT)
                        .contains("close");
    }

    /** Whether it is of HTTP/1.0. */
    boolean isOld() {
        return version.equals(HTTP_1_0);
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

    /** The query as sent, still percent-encoded; empty if there is none. */
    public String rawQuery() {
        return queryPart.isEmpty() ? "" : queryPart.substring(1);
    }

    /** The query with its question mark, which may stand alone; empty if there is none. */
    public String queryPart() {
        return queryPart;
    }

    /** The same request for another path. */
    public Request withRawPath(String other) {
        return new Request(method, other + queryPart(), version, headers, body, watching);
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

    /** By case-insensitive name; of a repeated header the first value. */
    public Map<String, String> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /** Begins to watch the client, for an answer that takes long. */
    public HangUpWatch watchClient() {
        return watching.begin();
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The token of {@code Authorization: Bearer …}, if there is one. */
    public Optional<String> bearer() {
        return header("Authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith("bearer "))
                .map(value -> value.substring("bearer ".length()).strip());
    }

    /**
     * The parameters of the query.
     *
     * @throws IllegalArgumentException if a percent escape is broken
     */
    public Parameters query() {
        return Parameters.parse(rawQuery());
    }

    /**
     * The body read as a form.
     *
     * @throws IllegalArgumentException if a percent escape is broken
     */
    public Parameters form() {
        return Parameters.parse(text());
    }

    /**
     * The body read as a JSON object; empty if there is no body.
     *
     * @throws IllegalArgumentException if it is none
     */
    public Map<String, Object> json() {
        try {
            return body.length == 0 ? Map.of() : Json.object(text());
        } catch (ParseException e) {
            throw new IllegalArgumentException("The body is no JSON object", e);
        }
    }

    /** The body as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** A copy of the body. */
    public byte[] body() {
        return body.clone();
    }
}
