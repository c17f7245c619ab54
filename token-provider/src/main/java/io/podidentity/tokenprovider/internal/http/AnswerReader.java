package io.podidentity.tokenprovider.internal.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads one HTTP/1.1 answer (RFC 9112) up to its last byte and no further. All of it is bounded; what is not clear is
 * an error, which tells nothing of the answer's text.
 */
final class AnswerReader {
    /** A token answer has a few kB. */
    private static final int MAX_BODY_BYTES = 256 * 1024;
    /** Status lines, headers, trailers and what chunks carry beside their bytes, in all. */
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
    /** Whether a byte of the server has come: from then on whatever goes wrong is a broken answer, and no silence. */
    private boolean heard;
    /** What is being read, for people. */
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

    HttpResponse read() throws IOException {
        readHead();
        return new HttpResponse(status, body(), retryAfter, challenge, message, date, server);
    }

    /** Reads the answer to a CONNECT, which has no body if the way is free. */
    int readStatus() throws IOException {
        readHead();
        if (status < 300 && position < end) {
            throw BrokenAnswerException.because("it said more than it was asked");
        }
        return status;
    }

    /** Reads the header of the answer, and those of interim ones before it. */
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
        String line = line();
        boolean http = line.startsWith("HTTP/1.")
                && line.length() >= 12
                && isDigit(line.charAt(7))
                && line.charAt(8) == ' '
                && (line.length() == 12 || line.charAt(12) == ' ');
        status = 0;
        for (int i = 9; http && i < 12; i++) {
            http = isDigit(line.charAt(i));
            status = status * 10 + line.charAt(i) - '0';
        }
        if (!http || status < 100 || status > 599) {
            throw BrokenAnswerException.because("the answer is not HTTP");
        }
    }

    private void readHeaders() throws IOException {
        length = -1;
        coding = null;
        compression = null;
        int count = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(colon - 1) <= ' ' || line.charAt(0) <= ' ' || ++count > MAX_HEADERS) {
                throw BrokenAnswerException.because("the answer's header is broken");
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = length(value);
                case "transfer-encoding" -> coding = coding == null ? value : coding + "," + value;
                case "content-encoding" -> compression = value;
                case "retry-after" -> retryAfter = first(retryAfter, value);
                case "www-authenticate" -> challenge = first(challenge, value);
                case "responsemessage" -> message = first(message, value);
                case "date" -> date = first(date, value);
                case "server" -> server = first(server, value);
                default -> {
                    // Nobody asks for it.
                }
            }
        }
        if (coding != null && (length >= 0 || !coding.equalsIgnoreCase("chunked"))) {
            throw BrokenAnswerException.because("the answer's length is not clear");
        }
        if (compression != null && !compression.isEmpty() && !compression.equalsIgnoreCase("identity")) {
            throw BrokenAnswerException.because("the answer is compressed, which was not asked for");
        }
    }

    private static String first(@Nullable String known, String value) {
        return known == null ? value : known;
    }

    private long length(String value) throws IOException {
        boolean valid = !value.isEmpty() && value.length() <= MAX_LENGTH_DIGITS;
        for (int i = 0; valid && i < value.length(); i++) {
            valid = isDigit(value.charAt(i));
        }
        long number = valid ? Long.parseLong(value) : -1;
        if (!valid || (length >= 0 && length != number)) {
            throw BrokenAnswerException.because("the answer's length is not clear");
        }
        return number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String body() throws IOException {
        bytes.reset();
        if (status != 204 && status != 304) {
            if (coding != null) {
                copyChunks();
            } else if (length >= 0) {
                copy(length);
            } else {
                copyRest();
            }
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        // A byte order mark, which Windows' programs like to write.
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private void copyChunks() throws IOException {
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            copy(size);
            if (!line().isEmpty()) {
                throw BrokenAnswerException.because("the answer's chunks are broken");
            }
        }
        // Trailers.
        while (!line().isEmpty()) {}
    }

    private long chunkSize() throws IOException {
        String line = line();
        int digits = 0;
        long size = 0;
        while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0 && digits < 15) {
            size = size * 16 + Character.digit(line.charAt(digits), 16);
            digits++;
        }
        // What chunks say beside their sizes is bounded; how many there are, the body's own limit bounds.
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

    /** The next line without its end, which is CRLF or, from careless servers, LF. */
    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        while (true) {
            requireMore();
            int c = buffer[position++] & 0xff;
            if (c == '\n') {
                int last = line.length() - 1;
                line.setLength(last >= 0 && line.charAt(last) == '\r' ? last : last + 1);
                return line.toString();
            }
            if (line.length() == MAX_LINE_LENGTH || (c != '\r' && ++headBytes > MAX_HEAD_BYTES)) {
                throw BrokenAnswerException.because("the answer's header is too long");
            }
            line.append((char) c);
        }
    }

    private void requireMore() throws IOException {
        if (position == end && !fill()) {
            throw heard ? broken("was cut short") : new EOFException("the connection was closed without an answer");
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        try {
            end = Math.max(0, wire.receive(buffer));
        } catch (IOException e) {
            if (!heard) {
                throw e;
            }
            throw broken(wire.isLate() ? "did not go on in time" : "was broken off");
        }
        heard = heard || end > 0;
        return end > 0;
    }

    /** An answer that began and has no end, such as {@code the answer was cut short in the body, after HTTP 500}. */
    private IOException broken(String what) {
        String answered = part.equals("body") && status >= 300 ? ", after HTTP " + status : "";
        return BrokenAnswerException.because("the answer " + what + " in the " + part + answered);
    }
}
