// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import io.podidentity.emulator.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One request. Its text shows nothing, since it may carry secrets.
 *
 * @param rawPath the path as sent, still percent-encoded
 * @param queryPart the query with its question mark, which may stand alone; empty if there is none
 * @param headers by case-insensitive name; of a repeated header the first value
 * @param body read whole; nobody changes it
 * @param version of HTTP, in the words of the first line
 * @since 0.1.0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Request(
        String method,
        String rawPath,
        String queryPart,
        Map<String, String> headers,
        byte[] body,
        String version,
        Connection connection) {

    public static final String HTTP_1_0 = "HTTP/1.0";
    public static final String HTTP_1_1 = "HTTP/1.1";

    /**
     * How a request came.
     *
     * @param client address and port of the client, if something else than the connection says them, such as a proxy;
     *     else empty
     * @param keepsOld whether a client of HTTP/1.0 can ask that the connection stays, as with Go's server
     * @param watch begins to watch the client, for an answer that takes long
     */
    public record Connection(String client, boolean keepsOld, Supplier<HangUpWatch> watch) {

        public static final Connection NONE = new Connection("", false, HangUpWatch::ofNothing);

        Connection withClient(String other) {
            return new Connection(other, keepsOld, watch);
        }
    }

    /** What was read; the target is the path with the query. */
    public static Request of(
            String method,
            String target,
            String version,
            Map<String, String> headers,
            byte[] body,
            Connection connection) {
        int mark = target.indexOf('?') < 0 ? target.length() : target.indexOf('?');
        return new Request(
                method, target.substring(0, mark), target.substring(mark), headers, body, version, connection);
    }

    /** A request without a body that came over no connection. */
    public static Request of(String method, String target, Map<String, String> headers) {
        return withBody(method, target, headers, "");
    }

    /** A request with a body that came over no connection. */
    public static Request withBody(String method, String target, Map<String, String> headers, String body) {
        var byName = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        byName.putAll(headers);
        return of(method, target, HTTP_1_1, byName, body.getBytes(StandardCharsets.UTF_8), Connection.NONE);
    }

    /** A request that one part of the emulator makes to another: a form, sent to a path. */
    public static Request form(String path, Map<String, String> fields) {
        return withBody("POST", path, Map.of(), encoded(fields));
    }

    /** Fields as they are written in a form or a query. */
    public static String encoded(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return ByteText.encoded(text);
    }

    /** Whether the connection ends with the answer. */
    public boolean isLast() {
        String wish = headers.getOrDefault("Connection", "").toLowerCase(Locale.ROOT);
        if (isHttp10()) {
            return !(connection.keepsOld() && wish.contains("keep-alive"));
        }
        return wish.contains("close");
    }

    public boolean isHttp10() {
        return version.equals(HTTP_1_0);
    }

    public boolean isGet() {
        return method.equals("GET");
    }

    public boolean isPost() {
        return method.equals("POST");
    }

    /** The query as sent, still percent-encoded; empty if there is none. */
    public String rawQuery() {
        return queryPart.isEmpty() ? "" : queryPart.substring(1);
    }

    /** The same request, but of the client at that address and port. */
    public Request withClient(String address) {
        return new Request(method, rawPath, queryPart, headers, body, version, connection.withClient(address));
    }

    public Request withRawPath(String other) {
        return new Request(method, other, queryPart, headers, body, version, connection);
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

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Request";
    }
}
