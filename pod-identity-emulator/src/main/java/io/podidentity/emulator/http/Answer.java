package io.podidentity.emulator.http;

import io.podidentity.emulator.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** One answer: status, headers and body. Immutable, and without a text form, since the body may hold a token. */
public final class Answer {

    private final int status;
    private final Map<String, String> headers;
    private final Body body;
    private final Duration delay;

    private Answer(int status, Map<String, String> headers, Body body, Duration delay) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.delay = delay;
    }

    /** What is written after the headers. */
    public interface Body {

        /** The {@code Content-Length} in bytes, or -1 for a chunked body without an announced end. */
        long length();

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
        return bytes(status, content, 0, content.length);
    }

    public static Answer bytes(int status, byte[] content, int offset, int length) {
        return of(status, new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(content, offset, length);
            }
        });
    }

    public static Answer of(int status, Body body) {
        return new Answer(status, Map.of(), body, Duration.ZERO);
    }

    /** Nothing at all: the connection ends without a byte. */
    public static Answer none() {
        return empty(0);
    }

    boolean isNone() {
        return status == 0;
    }

    public Answer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body, delay);
    }

    /** The same, but the server waits before it sends the first byte. */
    public Answer after(Duration delay) {
        return new Answer(status, headers, body, delay);
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

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public Body body() {
        return body;
    }

    public Duration delay() {
        return delay;
    }
}
