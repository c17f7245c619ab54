package io.podidentity.emulator.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes answers to one HTTP/1.1 connection. Not thread-safe. */
record AnswerWriter(OutputStream out) {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** Writes the answer to a request. */
    void write(Answer answer, Request request) throws IOException {
        boolean mayHaveBody = answer.status() != 304 && answer.status() != 204;
        boolean hasBody = mayHaveBody && !request.method().equals("HEAD");
        long length = answer.length();
        boolean last = request.isLast();
        boolean chunked = hasBody && length < 0 && !last;
        StringBuilder text = head(answer, request.isOld() ? Request.HTTP_1_0 : Request.HTTP_1_1);
        // With HTTP/1.0 a connection ends anyway.
        if (last && !request.isOld()) {
            header(text, "Connection", "close");
        }
        if (chunked) {
            header(text, "Transfer-Encoding", "chunked");
        } else if (mayHaveBody && length >= 0) {
            header(text, "Content-Length", Long.toString(length));
        }
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (hasBody) {
            answer.body().writeTo(chunked ? new Chunks() : out);
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
        out.flush();
    }

    /** Writes the answer to what is no request, and ends the connection with it. */
    void refuse(Answer answer) throws IOException {
        StringBuilder text = head(answer, Request.HTTP_1_1);
        header(text, "Connection", "close");
        header(text, "Content-Length", Long.toString(answer.length()));
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        answer.body().writeTo(out);
        out.flush();
    }

    /** The same in the words of Go's server, which ends the text with the connection. */
    void refuseAsGo(int status, String why) throws IOException {
        String text = status + " " + ReasonPhrases.of(status) + (why.isEmpty() ? "" : ": " + why);
        out.write(
                ("HTTP/1.1 " + text + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" + text)
                        .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static StringBuilder head(Answer answer, String version) {
        var text = new StringBuilder(version)
                .append(' ')
                .append(answer.status())
                .append(' ')
                .append(ReasonPhrases.of(answer.status()))
                .append("\r\n");
        header(text, "Date", DATE.format(Instant.now()));
        answer.headers().forEach((name, value) -> header(text, name, value));
        return text;
    }

    /** No header value may start a new line. */
    private static void header(StringBuilder text, String name, String value) {
        text.append(name)
                .append(": ")
                .append(value.replace('\r', ' ').replace('\n', ' '))
                .append("\r\n");
    }

    private final class Chunks extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 0) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(bytes, offset, length);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
