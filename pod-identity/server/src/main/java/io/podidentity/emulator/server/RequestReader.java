// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import io.podidentity.emulator.http.Request;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the requests of one HTTP/1.1 connection, each of bounded size. Not thread-safe.
 *
 * @param in can go back by a byte
 * @param names hosts besides the usual ones by which the server is known, in lower case
 * @param go whether it reads requests as Go's HTTP server does
 */
record RequestReader(
        InputStream in, OutputStream out, Limits limits, Set<String> names, boolean go, Request.Connection connection) {

    /** A header's name, by the grammar of RFC 9110. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** What Go lets a host be made of. */
    private static final Pattern HOST_OF_GO = Pattern.compile("[A-Za-z0-9!$%&'()*+,.:;=\\[\\]_~-]*");

    private static final String CONTENT_LENGTH = "Content-Length";
    private static final String EXPECT = "Expect";

    private static final Set<String> VERSIONS = Set.of(Request.HTTP_1_0, Request.HTTP_1_1);

    /**
     * Of these there is one, or none: two readers of a message with two could disagree about where it ends. Go's server
     * accepts two equal lengths.
     */
    private static final Set<String> SINGLE = Set.of("host", "content-length", "transfer-encoding");

    private static final Pattern ABSOLUTE_FORM = Pattern.compile("(?i)https?://([^/?:]*)(?::[0-9]*)?(.*)");
    private static final Set<String> OWN_HOSTS = Set.of("169.254.169.254", "127.0.0.1", "localhost");

    /** Of a path that Go's parser of URLs refuses. */
    private static final Pattern BROKEN_PATH = Pattern.compile("%(?!\\p{XDigit}{2})|[\\x00-\\x1f\\x7f]");

    /** Spaces and tabs alone. Other readers take more for a part of a value. */
    private static final Pattern BLANKS_AROUND = Pattern.compile("^[ \\t]++|(?<![ \\t])[ \\t]++\\z");

    private static final String CONTINUES = "100-continue";
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** What arrived is not an HTTP request, or is too large; the message is Go's reason, empty where it gives none. */
    @SuppressWarnings("serial")
    static final class BadRequestException extends IOException {

        private final int status;

        BadRequestException(int status, String reason) {
            super(reason);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /**
     * Reads the next request. Empty if the client has hung up, or sent an empty line in place of a request.
     *
     * @throws BadRequestException if it is not an HTTP request, or is too large; the rest of the connection is then
     *     lost
     * @throws EOFException if the stream ends within a request, which is then not one
     */
    Optional<Request> next() throws IOException {
        in.mark(1);
        if (in.read() < 0) {
            return Optional.empty();
        }
        in.reset();
        String line = line();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        String[] words = line.split(" ", -1);
        require(words.length == 3 && VERSIONS.contains(words[2]));
        Map<String, String> headers = headers();
        var request = Request.of(words[0], originForm(words[1]), words[2], headers, body(headers), connection);
        require(!go || !BROKEN_PATH.matcher(request.rawPath()).find());
        if (go) {
            checkAsGo(request);
        }
        return Optional.of(request);
    }

    private static void checkAsGo(Request request) throws BadRequestException {
        Optional<String> host = request.header("Host");
        if (host.isEmpty() && !request.isHttp10()) {
            throw new BadRequestException(400, "missing required Host header");
        }
        if (!HOST_OF_GO.matcher(host.orElse("")).matches()) {
            throw new BadRequestException(400, "malformed Host header");
        }
        String expected = request.header(EXPECT).orElse("");
        if (!expected.isEmpty() && !expected.equalsIgnoreCase(CONTINUES)) {
            throw new BadRequestException(417, "");
        }
    }

    private static void require(boolean good) throws BadRequestException {
        if (!good) {
            throw new BadRequestException(400, "");
        }
    }

    /**
     * A client that takes the server for its proxy sends a whole URL; only that of a service played here is answered,
     * unless the server is Go's, which looks at no host.
     */
    private String originForm(String target) throws BadRequestException {
        Matcher url = ABSOLUTE_FORM.matcher(target);
        if (!url.matches()) {
            return target;
        }
        String host = url.group(1).toLowerCase(Locale.ROOT);
        boolean known = go || OWN_HOSTS.contains(host) || names.contains(host);
        if (!known) {
            throw new BadRequestException(421, "");
        }
        String path = url.group(2);
        return path.startsWith("/") ? path : "/" + path;
    }

    private Map<String, String> headers() throws IOException {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        int left = limits.head();
        Optional<String> last = Optional.empty();
        for (String line = line(left); !line.isEmpty(); line = line(left)) {
            left -= line.length();
            boolean folded = go && isFolded(line) && !headers.isEmpty();
            if (folded) {
                append(withoutBlanks(line), last, headers);
            } else {
                last = add(line, headers);
            }
        }
        return headers;
    }

    private static void append(String more, Optional<String> header, Map<String, String> headers) {
        if (header.isPresent()) {
            headers.merge(header.get(), more, (value, rest) -> value + " " + rest);
        }
    }

    /** Go reads a line that begins with a blank as the rest of the one before it, as HTTP/1.1 once had it. */
    private static boolean isFolded(String line) {
        return line.charAt(0) == ' ' || line.charAt(0) == '\t';
    }

    /** Adds what a line says, and returns its name; empty if an earlier line of the name counts. */
    private Optional<String> add(String line, Map<String, String> headers) throws BadRequestException {
        int colon = line.indexOf(':');
        String name = line.substring(0, Math.max(colon, 0));
        require(NAME.matcher(name).matches() && line.indexOf('\r') < 0);
        String value = withoutBlanks(line.substring(colon + 1));
        String before = headers.putIfAbsent(name, value);
        boolean sameLength = go && name.equalsIgnoreCase(CONTENT_LENGTH) && value.equals(before);
        require(before == null || sameLength || !SINGLE.contains(name.toLowerCase(Locale.ROOT)));
        return before == null ? Optional.of(name) : Optional.empty();
    }

    private static String withoutBlanks(String value) {
        return BLANKS_AROUND.matcher(value).replaceAll("");
    }

    private String line() throws IOException {
        return line(limits.head());
    }

    /** A line without its end. */
    private String line(int longest) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the client hung up");
            }
            if (line.size() == longest) {
                throw new BadRequestException(431, "");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        boolean chunked = headers.containsKey("Transfer-Encoding");
        require(!chunked
                || (headers.getOrDefault("Transfer-Encoding", "").equalsIgnoreCase("chunked")
                        && !headers.containsKey(CONTENT_LENGTH)));
        long length = chunked ? 0 : number(headers.getOrDefault(CONTENT_LENGTH, "0"), 10);
        // Nobody waits for leave to send nothing.
        boolean hasBody = chunked || length > 0;
        if (hasBody && headers.getOrDefault(EXPECT, "").equalsIgnoreCase(CONTINUES)) {
            out.write(CONTINUE);
            out.flush();
        }
        return chunked ? chunks() : exactly(length, limits.body());
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        long length;
        do {
            length = number(line().split(";", 2)[0], 16);
            body.write(exactly(length, limits.body() - body.size()));
            require(length == 0 || line().isEmpty());
        } while (length > 0);
        // What follows the last chunk belongs to this request, and is not the next one.
        headers();
        return body.toByteArray();
    }

    private byte[] exactly(long length, int most) throws IOException {
        if (length > most) {
            throw new BadRequestException(413, "");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("the client hung up");
        }
        return bytes;
    }

    private static long number(String text, int radix) throws BadRequestException {
        String digits = withoutBlanks(text);
        require(!digits.startsWith("+") && !digits.startsWith("-"));
        try {
            return Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            throw new BadRequestException(400, "");
        }
    }
}
