// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import io.podidentity.emulator.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One answer. Immutable; its text shows no body, since that may hold a token.
 *
 * @param status 0 for none at all: the connection ends without a byte
 * @param length the {@code Content-Length} in bytes, or -1 for a chunked body without an announced end
 * @param delay how long the server waits before it sends the first byte
 * @since 0.1.0
 */
public record Answer(int status, Map<String, String> headers, long length, Body body, Duration delay) {

    /** The only form of a date that Azure writes; unlike Java's RFC 1123 it has two digits for the day always. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** RFC 9110, section 15. */
    private static final Map<Integer, String> PHRASES = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(201, "Created"),
            Map.entry(202, "Accepted"),
            Map.entry(204, "No Content"),
            Map.entry(206, "Partial Content"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(303, "See Other"),
            Map.entry(304, "Not Modified"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(409, "Conflict"),
            Map.entry(410, "Gone"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(416, "Range Not Satisfiable"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"));

    /** What is written after the headers. */
    @FunctionalInterface
    public interface Body {

        /** Writes the body; an exception cuts the connection. */
        void writeTo(OutputStream out) throws IOException;
    }

    public static Answer json(int status, Map<String, ?> object) {
        return text(status, "application/json; charset=utf-8", Json.write(object));
    }

    public static Answer text(int status, String contentType, String text) {
        return bytes(status, text.getBytes(StandardCharsets.UTF_8)).with("Content-Type", contentType);
    }

    public static Answer empty(int status) {
        return bytes(status, new byte[0]);
    }

    public static Answer bytes(int status, byte[] content) {
        return of(status, content.length, out -> out.write(content));
    }

    public static Answer of(int status, long length, Body body) {
        return new Answer(status, Map.of(), length, body, Duration.ZERO);
    }

    public static String httpDate(Instant instant) {
        return DATE.format(instant);
    }

    /** The name of the status, as the first line has it. */
    public String reasonPhrase() {
        return PHRASES.getOrDefault(status, "Status");
    }

    /** Nothing at all: the connection ends without a byte. */
    public static Answer none() {
        return empty(0);
    }

    public boolean isNone() {
        return status == 0;
    }

    public Answer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, length, body, delay);
    }

    /** The same without that header, if it is there. */
    public Answer without(String header) {
        var fewer = new LinkedHashMap<>(headers);
        fewer.remove(header);
        return new Answer(status, fewer, length, body, delay);
    }

    /** The same, but the server waits before it sends the first byte. */
    public Answer after(Duration delay) {
        return new Answer(status, headers, length, body, delay);
    }

    /** The text of a body that is all there, for another part of the emulator. */
    public String text() {
        var out = new ByteArrayOutputStream();
        try {
            body.writeTo(out);
        } catch (IOException cut) {
            // What came before the cut is the text.
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
