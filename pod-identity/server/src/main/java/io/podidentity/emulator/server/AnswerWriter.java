// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.server.RequestReader.BadRequestException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Writes answers to one HTTP/1.1 connection. Not thread-safe. */
record AnswerWriter(OutputStream out) {

    void write(Answer answer, Request request) throws IOException {
        Framing framing = Framing.of(answer, request);
        StringBuilder text = head(answer, request.isHttp10() ? Request.HTTP_1_0 : Request.HTTP_1_1);
        connectionHeader(request).ifPresent(value -> header(text, "Connection", value));
        framing.addHeader(text, answer);
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        boolean hasBody = mayHaveBody(answer) && !request.method().equals("HEAD");
        if (hasBody) {
            writeBody(answer, framing);
        }
        out.flush();
    }

    /** Says that the connection ends, or stays, where that is not usual for the version of HTTP. */
    private static Optional<String> connectionHeader(Request request) {
        if (request.isLast() == request.isHttp10()) {
            return Optional.empty();
        }
        return Optional.of(request.isLast() ? "close" : "keep-alive");
    }

    private static boolean mayHaveBody(Answer answer) {
        return answer.status() != 304 && answer.status() != 204;
    }

    private void writeBody(Answer answer, Framing framing) throws IOException {
        if (framing != Framing.CHUNKS) {
            answer.body().writeTo(out);
            return;
        }
        answer.body().writeTo(new Chunks());
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** How a client knows where the body of an answer ends. */
    private enum Framing {
        LENGTH,
        CHUNKS,
        /** It ends with the connection, or there is none. */
        NONE;

        static Framing of(Answer answer, Request request) {
            if (!mayHaveBody(answer)) {
                return NONE;
            }
            if (answer.length() >= 0) {
                return LENGTH;
            }
            boolean hasBody = !request.method().equals("HEAD");
            return hasBody && !request.isLast() ? CHUNKS : NONE;
        }

        void addHeader(StringBuilder text, Answer answer) {
            if (this == CHUNKS) {
                header(text, "Transfer-Encoding", "chunked");
            } else if (this == LENGTH) {
                header(text, "Content-Length", Long.toString(answer.length()));
            }
        }
    }

    /** Writes the answer to what is no request, and ends the connection with it. */
    void refuse(BadRequestException refusal, boolean asGo) throws IOException {
        int status = refusal.status();
        if (status == 417) {
            write(Answer.empty(status), Request.of("GET", "/", Map.of("Connection", "close")));
        } else if (asGo) {
            // In the words of Go's server, which ends the text with the connection.
            String reason = String.valueOf(refusal.getMessage());
            String why = reason.isEmpty() ? "" : ": " + reason;
            String text = status + " " + Answer.empty(status).reasonPhrase() + why;
            out.write(("HTTP/1.1 " + text + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                            + text)
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        } else {
            write(
                    Answer.json(status, Map.of("error", "bad_request")),
                    Request.of("GET", "/", Map.of("Connection", "close")));
        }
    }

    private static StringBuilder head(Answer answer, String version) {
        var text = new StringBuilder(version)
                .append(' ')
                .append(answer.status())
                .append(' ')
                .append(answer.reasonPhrase())
                .append("\r\n");
        header(text, "Date", Answer.httpDate(Instant.now()));
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
