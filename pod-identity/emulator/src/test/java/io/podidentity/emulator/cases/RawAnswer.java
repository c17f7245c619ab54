// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An answer as it came over a socket. What differs from run to run is masked: a token by whose and for what it is, a
 * time, an ID made up for the one answer, a port.
 *
 * @param status the first line; empty if there was no answer
 * @param headers in order; a repeated one has all its values, with commas
 */
public record RawAnswer(String status, Map<String, String> headers, String body) {

    private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*");
    private static final Pattern SECONDS = Pattern.compile("(\"(?:expires_on|not_before|expires_in)\":\")\\d{10}\"");
    private static final Pattern PORT = Pattern.compile("(localhost|127\\.0\\.0\\.1):\\d{4,5}");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\dZ?");
    private static final Pattern ID =
            Pattern.compile("(?!aaaaaaaa|[1239]0000000|99999999|[23]1111111)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** Sends the bytes and reads one answer; the one without a status if none comes within the limit. */
    public static RawAnswer ask(InetAddress from, InetSocketAddress server, byte[] request, Duration limit)
            throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.setSoTimeout((int) limit.toMillis());
            socket.connect(server);
            socket.getOutputStream().write(request);
            return read(
                    socket.getInputStream(),
                    new String(request, 0, 5, StandardCharsets.ISO_8859_1).startsWith("HEAD "));
        } catch (SocketTimeoutException silence) {
            return new RawAnswer("", Map.of(), "");
        }
    }

    private static RawAnswer read(InputStream in, boolean head) throws IOException {
        String status = line(in);
        var headers = new LinkedHashMap<String, String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(": ");
            headers.merge(line.substring(0, colon), line.substring(colon + 2), (first, next) -> first + ", " + next);
        }
        var byName = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        byName.putAll(headers);
        byte[] body = {};
        if (!head && !status.contains(" 204 ")) {
            if ("chunked".equals(byName.get("Transfer-Encoding"))) {
                body = chunks(in);
            } else if (byName.containsKey("Content-Length")) {
                body = in.readNBytes(Integer.parseInt(byName.get("Content-Length")));
            } else {
                body = in.readAllBytes();
            }
        }
        return new RawAnswer(status, headers, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            all.write(in.readNBytes(size));
            line(in);
        }
        line(in);
        return all.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** The same, but for the date. */
    public RawAnswer withoutDate() {
        var same = new LinkedHashMap<>(headers);
        same.computeIfPresent("Date", (name, date) -> "<date>");
        return new RawAnswer(status, same, body);
    }

    /** The same without what differs from run to run. */
    public RawAnswer masked() {
        String masked = TOKEN.matcher(body).replaceAll(token -> named(token.group()));
        masked = SECONDS.matcher(masked).replaceAll("$1<time>\"");
        masked = PORT.matcher(masked).replaceAll("$1:<port>");
        masked = TIME.matcher(masked).replaceAll("<time>");
        masked = ID.matcher(masked).replaceAll("<id>");
        var same = new LinkedHashMap<>(withoutDate().headers());
        // The length of a text with such a part is that of the text, and differs from run to run as well.
        String length = Integer.toString(body.getBytes(StandardCharsets.UTF_8).length);
        // So is that of the token which an answer to HEAD does not show.
        boolean hidden = body.isEmpty() && status.contains(" 200");
        if (hidden || !masked.equals(body)) {
            same.computeIfPresent(
                    "Content-Length", (name, announced) -> announced.equals(length) != hidden ? "<length>" : announced);
        }
        return new RawAnswer(status, same, masked);
    }

    private static String named(String token) {
        try {
            var claims = SignedJWT.parse(token).getJWTClaimsSet();
            return "<JWT appid=" + claims.getClaim("appid") + " aud="
                    + claims.getAudience().get(0) + ">";
        } catch (ParseException e) {
            return token;
        }
    }

    /** In what the other differs, a line each; empty if in nothing. */
    public List<String> differences(RawAnswer other) {
        var differences = new ArrayList<String>();
        add(differences, "status", status, other.status);
        var names = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.keySet().forEach(name -> names.put(name, name));
        other.headers.keySet().forEach(name -> names.put(name, name));
        names.values().forEach(name -> add(differences, "header " + name, value(name), other.value(name)));
        add(differences, "body", body, other.body);
        return differences;
    }

    private String value(String name) {
        return headers.entrySet().stream()
                .filter(one -> one.getKey().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("none");
    }

    private static void add(List<String> differences, String what, String real, String ours) {
        if (!real.equals(ours)) {
            differences.add(what + "\n  real: " + real + "\n  ours: " + ours);
        }
    }
}
