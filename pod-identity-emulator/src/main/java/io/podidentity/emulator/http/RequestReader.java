package io.podidentity.emulator.http;

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

/** Reads the requests of one HTTP/1.1 connection, each of bounded size. Not thread-safe. */
final class RequestReader {

    /** A header's name, by the grammar of RFC 9110. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private static final Set<String> VERSIONS = Set.of(Request.HTTP_1_0, Request.HTTP_1_1);

    /** Of these there is one, or none: two readers of a message with two could disagree about where it ends. */
    private static final Set<String> SINGLE = Set.of("host", "content-length", "transfer-encoding");

    private static final Pattern ABSOLUTE_FORM = Pattern.compile("(?i)https?://([^/?:]*)(?::[0-9]*)?(.*)");
    private static final Set<String> OWN_HOSTS = Set.of("169.254.169.254", "127.0.0.1", "localhost");

    /** Of a path that Go's parser of URLs refuses. */
    private static final Pattern BROKEN_PATH = Pattern.compile("%(?!\\p{XDigit}{2})|[\\x00-\\x1f\\x7f]");

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final InputStream in;
    private final OutputStream out;
    private final Limits limits;
    private final ServerKind kind;
    private final Request.Watching watching;
    private int headBytes;

    /**
     * Reads what comes.
     *
     * @param watching how the requests' client is watched while it waits
     */
    RequestReader(InputStream in, OutputStream out, Limits limits, ServerKind kind, Request.Watching watching) {
        this.in = in;
        this.out = out;
        this.limits = limits;
        this.kind = kind;
        this.watching = watching;
    }

    /**
     * Reads the next request, or is empty if the client has hung up.
     *
     * @throws BadRequestException if it is not an HTTP request, or is too large; the rest of the connection is then
     *     lost
     */
    Optional<Request> next() throws IOException {
        headBytes = 0;
        String line = line();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        String[] words = line.split(" ", -1);
        if (words.length != 3 || !VERSIONS.contains(words[2])) {
            throw new BadRequestException(400);
        }
        Map<String, String> headers = headers();
        var request = new Request(words[0], originForm(words[1]), words[2], headers, body(headers), watching);
        if (kind.isGo()) {
            requireAsGo(request);
        }
        return Optional.of(request);
    }

    private static void requireAsGo(Request request) throws BadRequestException {
        if (BROKEN_PATH.matcher(request.rawPath()).find()) {
            throw new BadRequestException(400);
        }
        if (request.header("Host").isEmpty() && !request.isOld()) {
            throw new BadRequestException(400, "missing required Host header");
        }
    }

    /**
     * A client that takes the server for its proxy sends a whole URL; only that of a service played here is answered.
     */
    private String originForm(String target) throws BadRequestException {
        Matcher url = ABSOLUTE_FORM.matcher(target);
        if (!url.matches()) {
            return target;
        }
        String host = url.group(1).toLowerCase(Locale.ROOT);
        if (!OWN_HOSTS.contains(host) && !kind.names().contains(host)) {
            throw new BadRequestException(421);
        }
        String path = url.group(2);
        return path.startsWith("/") ? path : "/" + path;
    }

    private Map<String, String> headers() throws IOException {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            String name = line.substring(0, Math.max(colon, 0));
            if (!NAME.matcher(name).matches() || line.indexOf('\r') >= 0) {
                throw new BadRequestException(400);
            }
            String before = headers.putIfAbsent(name, withoutBlanks(line.substring(colon + 1)));
            if (before != null && SINGLE.contains(name.toLowerCase(Locale.ROOT))) {
                throw new BadRequestException(400);
            }
        }
        return headers;
    }

    /** A value without the blanks around it: spaces and tabs alone. Other readers take more for a part of it. */
    private static String withoutBlanks(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /**
     * A line without its end; empty also at the end of the stream between two requests.
     *
     * @throws EOFException if the stream ends within a request, which is then not one
     */
    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (headBytes > 0) {
                    throw new EOFException("the client hung up");
                }
                return "";
            }
            if (++headBytes > limits.head()) {
                throw new BadRequestException(431);
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        boolean chunked = headers.containsKey("Transfer-Encoding");
        if (chunked
                && (!headers.getOrDefault("Transfer-Encoding", "").equalsIgnoreCase("chunked")
                        || headers.containsKey("Content-Length"))) {
            throw new BadRequestException(400);
        }
        long length = chunked ? 0 : number(headers.getOrDefault("Content-Length", "0"), 10);
        if (headers.getOrDefault("Expect", "").equalsIgnoreCase("100-continue")) {
            out.write(CONTINUE);
            out.flush();
        }
        return chunked ? chunks() : exactly(length);
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        long length;
        do {
            String size = line();
            int extension = size.indexOf(';');
            length = number(extension < 0 ? size : size.substring(0, extension), 16);
            body.write(exactly(length));
            if (body.size() > limits.body()) {
                throw new BadRequestException(413);
            }
            if (length > 0 && !line().isEmpty()) {
                throw new BadRequestException(400);
            }
        } while (length > 0);
        // What follows the last chunk belongs to this request, and is not the next one.
        headers();
        return body.toByteArray();
    }

    private byte[] exactly(long length) throws IOException {
        if (length > limits.body()) {
            throw new BadRequestException(413);
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("the client hung up");
        }
        return bytes;
    }

    private static long number(String text, int radix) throws BadRequestException {
        String digits = withoutBlanks(text);
        if (digits.startsWith("+") || digits.startsWith("-")) {
            throw new BadRequestException(400);
        }
        try {
            return Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            throw new BadRequestException(400);
        }
    }

    /**
     * What a server takes for a request.
     *
     * @param names hosts besides the usual ones by which it is known, in lower case
     * @param isGo whether it is as strict as Go's HTTP server and refuses in its words
     */
    record ServerKind(Set<String> names, boolean isGo) {

        static final ServerKind USUAL = new ServerKind(Set.of(), false);
    }
}
