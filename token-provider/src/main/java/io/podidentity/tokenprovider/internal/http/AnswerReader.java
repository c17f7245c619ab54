// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads one HTTP/1.1 answer (RFC 9112) up to its last byte and no further. Each part has a limit. An unclear answer is
 * an error, and the error shows nothing of the answer's text.
 *
 * <p><i>Thread-safety:</i> not safe for use by several threads. Each answer has a reader of its own.
 */
final class AnswerReader {
    /** A token answer has a few kB. */
    private static final int MAX_BODY_BYTES = 256 * 1024;
    /** The limit for status lines, headers, trailers and the lines between chunks together. */
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private static final int MAX_LINE_LENGTH = 16 * 1024;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_INTERIM = 20;
    private static final int MAX_LENGTH_DIGITS = 18;

    private final Wire wire;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int end;
    private int headBytes;
    /** Whether the server has sent a byte. From then on, every failure is a broken answer, and not silence. */
    private boolean heard;
    /** The part of the answer that is being read, for messages. */
    private String part = "status line";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);

    private int status;
    /** The header {@code Content-Length}; -1 without it. */
    private long length;

    private @Nullable String coding;
    private @Nullable String compression;
    private @Nullable String retryAfter;
    private @Nullable String challenge;
    private @Nullable String message;
    private @Nullable String date;
    private @Nullable String server;

    AnswerReader(Wire wire) {
        this.wire = wire;
    }

    HttpResponse readAnswer() throws IOException {
        readHead();
        return new HttpResponse(status, readBody(), retryAfter, challenge, message, date, server);
    }

    /** Reads the answer to a CONNECT. The answer has no body if the proxy accepts. */
    int readStatus() throws IOException {
        readHead();
        if (status < 300 && position < end) {
            throw BrokenAnswerException.because("it said more than it was asked");
        }
        return status;
    }

    /** Reads the header of the answer, and the headers of interim answers (status 1xx) before it. */
    private void readHead() throws IOException {
        int interim = 0;
        do {
            if (interim++ > MAX_INTERIM || status == 101) {
                throw BrokenAnswerException.because("the answer is not the one that was asked for");
            }
            part = "status line";
            readStatusLine();
            part = "header";
            readHeaders();
            part = "body";
        } while (status < 200);
    }

    private void readStatusLine() throws IOException {
        String line = readLine();
        if (!isStatusLine(line)) {
            throw BrokenAnswerException.because("the answer is not HTTP");
        }
        status = Integer.parseInt(line.substring(9, 12));
        if (status < 100 || status > 599) {
            throw BrokenAnswerException.because("the answer is not HTTP");
        }
    }

    /** Whether a line is a version, a status of three digits and an optional text, such as {@code HTTP/1.1 200 OK}. */
    private static boolean isStatusLine(String line) {
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            return false;
        }
        boolean hasSpaces = line.charAt(8) == ' ' && (line.length() == 12 || line.charAt(12) == ' ');
        return hasSpaces && isDigit(line.charAt(7)) && hasDigitsOnly(line.substring(9, 12));
    }

    private void readHeaders() throws IOException {
        length = -1;
        coding = null;
        compression = null;
        int count = 0;
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            count++;
            if (colon <= 0 || count > MAX_HEADERS) {
                throw BrokenAnswerException.because("the answer's header is broken");
            }
            String name = line.substring(0, colon);
            // A blank before the colon, or a line that goes on with the last header, could hide another length.
            if (!name.equals(name.trim())) {
                throw BrokenAnswerException.because("the answer's header is broken");
            }
            readHeader(name, line.substring(colon + 1).strip());
        }
        if (coding != null && (length >= 0 || !coding.equalsIgnoreCase("chunked"))) {
            throw BrokenAnswerException.because("the answer's length is not clear");
        }
        if (compression != null && !compression.isEmpty() && !compression.equalsIgnoreCase("identity")) {
            throw BrokenAnswerException.because("the answer is compressed, which was not asked for");
        }
    }

    /**
     * Keeps a header that somebody reads. If one comes twice, the first counts, unless it says how long the body is.
     */
    private void readHeader(String name, String value) throws IOException {
        if (name.equalsIgnoreCase("Content-Length")) {
            length = parseLength(value);
        } else if (name.equalsIgnoreCase("Transfer-Encoding")) {
            coding = joined(coding, value);
        } else if (name.equalsIgnoreCase("Content-Encoding")) {
            compression = value;
        } else if (name.equalsIgnoreCase("Retry-After")) {
            retryAfter = Objects.requireNonNullElse(retryAfter, value);
        } else if (name.equalsIgnoreCase("WWW-Authenticate")) {
            challenge = Objects.requireNonNullElse(challenge, value);
        } else if (name.equalsIgnoreCase("ResponseMessage")) {
            message = Objects.requireNonNullElse(message, value);
        } else if (name.equalsIgnoreCase("Date")) {
            date = Objects.requireNonNullElse(date, value);
        } else if (name.equalsIgnoreCase("Server")) {
            server = Objects.requireNonNullElse(server, value);
        }
    }

    private static String joined(@Nullable String before, String value) {
        if (before == null) {
            return value;
        }
        return before + "," + value;
    }

    private long parseLength(String value) throws IOException {
        if (value.isEmpty() || value.length() > MAX_LENGTH_DIGITS || !hasDigitsOnly(value)) {
            throw BrokenAnswerException.because("the answer's length is not clear");
        }
        long number = Long.parseLong(value);
        if (length >= 0 && length != number) {
            throw BrokenAnswerException.because("the answer's length is not clear");
        }
        return number;
    }

    private static boolean hasDigitsOnly(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String readBody() throws IOException {
        bytes.reset();
        boolean hasBody = status != 204 && status != 304;
        if (hasBody && coding != null) {
            copyChunks();
        } else if (hasBody && length >= 0) {
            copy(length);
        } else if (hasBody) {
            copyRest();
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        // Programs on Windows often write a byte order mark.
        if (text.startsWith("\ufeff")) {
            return text.substring(1);
        }
        return text;
    }

    private void copyChunks() throws IOException {
        for (long size = readChunkSize(); size > 0; size = readChunkSize()) {
            copy(size);
            if (!readLine().isEmpty()) {
                throw BrokenAnswerException.because("the answer's chunks are broken");
            }
        }
        // Trailers follow the last chunk.
        while (!readLine().isEmpty()) {}
    }

    private long readChunkSize() throws IOException {
        String line = readLine();
        int digits = 0;
        long size = 0;
        while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0 && digits < 15) {
            size = size * 16 + Character.digit(line.charAt(digits), 16);
            digits++;
        }
        // The size itself does not count towards the limit of the header: the limit of the body bounds the chunks.
        headBytes -= digits;
        if (digits == 0 || (digits < line.length() && ";\t ".indexOf(line.charAt(digits)) < 0)) {
            throw BrokenAnswerException.because("the answer's chunks are broken");
        }
        return size;
    }

    private void copy(long count) throws IOException {
        requireShort(count);
        for (long left = count; left > 0; ) {
            requireMore();
            int part = (int) Math.min(left, end - position);
            bytes.write(buffer, position, part);
            position += part;
            left -= part;
        }
    }

    private void copyRest() throws IOException {
        do {
            bytes.write(buffer, position, end - position);
            requireShort(0);
            position = end;
        } while (fill());
    }

    private void requireShort(long more) throws IOException {
        if (more > MAX_BODY_BYTES - bytes.size()) {
            throw BrokenAnswerException.because("the answer is longer than " + MAX_BODY_BYTES / 1024 + " kB");
        }
    }

    /** The next line without its end, which is CRLF. Some servers send only LF. */
    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder(64);
        while (true) {
            requireMore();
            int c = buffer[position++] & 0xff;
            if (c == '\n') {
                return withoutReturn(line);
            }
            if (line.length() == MAX_LINE_LENGTH || (c != '\r' && ++headBytes > MAX_HEAD_BYTES)) {
                throw BrokenAnswerException.because("the answer's header is too long");
            }
            line.append((char) c);
        }
    }

    private static String withoutReturn(StringBuilder line) {
        int last = line.length() - 1;
        if (last >= 0 && line.charAt(last) == '\r') {
            line.setLength(last);
        }
        return line.toString();
    }

    private void requireMore() throws IOException {
        if (position < end || fill()) {
            return;
        }
        if (heard) {
            throw brokenAnswer("was cut short");
        }
        throw new EOFException("the connection was closed without an answer");
    }

    private boolean fill() throws IOException {
        position = 0;
        try {
            end = Math.max(0, wire.receive(buffer));
        } catch (IOException e) {
            if (!heard) {
                throw e;
            }
            if (wire.isLate()) {
                throw brokenAnswer("did not go on in time");
            }
            throw brokenAnswer("was broken off");
        }
        heard = heard || end > 0;
        return end > 0;
    }

    /** An answer that began and has no end, such as {@code the answer was cut short in the body, after HTTP 500}. */
    private IOException brokenAnswer(String what) {
        String reason = "the answer " + what + " in the " + part;
        if (part.equals("body") && status >= 300) {
            reason += ", after HTTP " + status;
        }
        return BrokenAnswerException.because(reason);
    }
}
