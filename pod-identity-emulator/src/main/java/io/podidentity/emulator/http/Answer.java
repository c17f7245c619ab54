package io.podidentity.emulator.http;

import io.podidentity.emulator.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One answer. Immutable; its text shows no body, since that may hold a token.
 *
 * @param status 0 for none at all: the connection ends without a byte
 * @param length the {@code Content-Length} in bytes, or -1 for a chunked body without an announced end
 * @param delay how long the server waits before it sends the first byte
 */
public record Answer(int status, Map<String, String> headers, long length, Body body, Duration delay) {

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

    /** Nothing at all: the connection ends without a byte. */
    public static Answer none() {
        return empty(0);
    }

    /** Whether the connection ends without a byte. */
    public boolean isNone() {
        return status == 0;
    }

    public Answer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, length, body, delay);
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
