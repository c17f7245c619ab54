// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static io.podidentity.tokenprovider.faults.Result.BUSY;
import static io.podidentity.tokenprovider.faults.Result.DISTRUST;
import static io.podidentity.tokenprovider.faults.Result.GARBLED;
import static io.podidentity.tokenprovider.faults.Result.REFUSED;
import static io.podidentity.tokenprovider.faults.Result.TOKEN;

import io.podidentity.tokenprovider.support.FaultyServer.Connection;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One thing that can go wrong at the other end, and what must come of it for whoever asks for a token. */
final class Fault {
    /** Every token here; what no text may show. */
    static final String TOKEN_VALUE = Tokens.jwt(Map.of("appid", "c", "x", "of the matrix"));

    private static final Set<String> HANGING = Set.of(
            "black-hole", "silent", "drips-header", "drips-body", "drips-trailer", "dripping-handshake", "silent-dns");
    private static final Leg[] MANAGED =
            Arrays.stream(Leg.values()).filter(leg -> !leg.isEntra()).toArray(Leg[]::new);
    private static final Leg[] ENTRA =
            Arrays.stream(Leg.values()).filter(Leg::isEntra).toArray(Leg[]::new);
    private static final String LATE = "4102444800";

    /** What the server does with the request that matters. */
    interface Script {
        void play(Connection connection, Leg leg) throws IOException, InterruptedException;
    }

    /** What is wrong below HTTP. */
    enum Below {
        NOTHING,
        /** No server. */
        CLOSED,
        /** A server that takes no connection off its queue. */
        BLACK_HOLE,
        /** A name that no DNS server answers for. */
        SILENT_DNS,
        UNTRUSTED,
        EXPIRED,
        WRONG_HOST,
        /** A byte of a TLS record now and then. */
        DRIPPING_HANDSHAKE
    }

    final String name;
    final String what;
    final Below below;
    final Script script;
    private final Result result;
    private final Map<Leg, Result> exceptions = new EnumMap<>(Leg.class);

    private Fault(String name, String what, Below below, Script script, Result result) {
        this.name = name;
        this.what = what;
        this.below = below;
        this.script = script;
        this.result = result;
    }

    /** What becomes of it on most ways. */
    Result usual() {
        return result;
    }

    Result result(Leg leg) {
        return exceptions.getOrDefault(leg, result);
    }

    /** Whether only the deadline ends it. */
    boolean hangs() {
        return HANGING.contains(name);
    }

    /** Whether it takes time, but no computing. */
    boolean waits() {
        return hangs() || name.equals("429-after-2");
    }

    /** Whether it can happen on this way. */
    boolean concerns(Leg leg) {
        return switch (below) {
            case UNTRUSTED, EXPIRED, WRONG_HOST, DRIPPING_HANDSHAKE -> leg.tls;
            // Known names: the addresses of the others are numbers.
            case SILENT_DNS -> leg == Leg.KEY_VAULT;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return name;
    }

    /** Some legs differ. */
    private Fault but(Result result, Leg... legs) {
        for (Leg leg : legs) {
            exceptions.put(leg, result);
        }
        return this;
    }

    static List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        all.add(sends("none", "a good answer", TOKEN, Fault::good));

        all.add(below("refused", "nothing listens", Below.CLOSED, BUSY));
        all.add(below("black-hole", "packets are dropped", Below.BLACK_HOLE, BUSY));
        all.add(plays("silent", "connects, reads, says nothing", BUSY, (to, leg) -> to.isSilent()));
        all.add(plays("reset-before-header", "RST in place of an answer", BUSY, (to, leg) -> to.resets()));
        all.add(plays("hangs-up", "FIN in place of an answer", BUSY, (to, leg) -> {}));
        all.add(plays("reset-in-body", "RST in the middle of the body", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\nContent-Length: 900\r\n\r\n{\"access_token\":\"" + TOKEN_VALUE);
            to.resets();
        }));
        all.add(plays(
                "cut-in-header",
                "FIN in the middle of a header line",
                BUSY,
                (to, leg) -> to.sends("HTTP/1.1 200 x\r\nContent-Le")));
        all.add(plays(
                "cut-in-body",
                "FIN before Content-Length is reached",
                BUSY,
                (to, leg) -> to.sends("HTTP/1.1 200 x\r\nContent-Length: 9000\r\n\r\n" + body(leg))));
        all.add(plays(
                "cut-in-chunk",
                "FIN in the middle of a chunk",
                BUSY,
                (to, leg) -> to.sends("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + body(leg))));
        all.add(plays("drips-header", "a byte of the header now and then", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\nX: ");
            to.sendsForEver("x", 50);
        }));
        all.add(plays("drips-body", "a byte of the body now and then", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\nContent-Length: 90000\r\n\r\n");
            to.sendsForEver(" ", 50);
        }));
        all.add(plays("drips-trailer", "an answer in chunks whose trailer does not end", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(body(leg)) + "0\r\n");
            to.sendsForEver("X: x\r\n", 50);
        }));
        all.add(plays("endless-header", "a header as fast as it can", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\n");
            to.sendsForEver("X: " + "x".repeat(1000) + "\r\n", 0);
        }));
        all.add(plays("endless-body", "a body as fast as it can", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\n\r\n");
            to.sendsForEver("x".repeat(1000), 0);
        }));
        all.add(plays("endless-chunks", "chunks as fast as it can", BUSY, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n");
            to.sendsForEver(chunk("x".repeat(1000)), 0);
        }));
        all.add(plays("close-held-back", "a whole answer, and no FIN after it", TOKEN, (to, leg) -> {
            to.sends(good(leg));
            to.isSilent();
        }));
        all.add(plays("chunks-held-back", "a whole answer in chunks, and no FIN after it", TOKEN, (to, leg) -> {
            to.sends("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(body(leg)) + "0\r\n\r\n");
            to.isSilent();
        }));

        all.add(below("untrusted", "a certificate of an unknown authority", Below.UNTRUSTED, DISTRUST));
        all.add(below("expired", "a certificate that has expired", Below.EXPIRED, DISTRUST)
                .but(TOKEN, Leg.SERVICE_FABRIC));
        all.add(below("wrong-host", "a certificate of another host", Below.WRONG_HOST, DISTRUST));
        all.add(below("dripping-handshake", "a byte of TLS now and then", Below.DRIPPING_HANDSHAKE, BUSY));
        all.add(below("silent-dns", "a name that DNS does not answer for", Below.SILENT_DNS, BUSY));

        all.add(sends(
                "early-hints",
                "1xx before the answer",
                TOKEN,
                leg -> "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + good(leg)));
        all.add(sends("204", "no content", GARBLED, leg -> "HTTP/1.1 204 x\r\n\r\n"));
        all.add(sends(
                "redirect",
                "301 to elsewhere",
                GARBLED,
                leg -> "HTTP/1.1 301 x\r\nLocation: http://127.0.0.1:1/" + end("")));
        for (int status : new int[] {400, 401, 403, 404, 405}) {
            Leg[] again = status == 404 ? MANAGED : new Leg[0];
            all.add(sends("" + status, "a refusal in JSON", REFUSED, leg -> error(status, leg))
                    .but(BUSY, again));
            all.add(sends(
                            status + "-html",
                            "the same as a page",
                            REFUSED,
                            leg -> "HTTP/1.1 " + status + " x\r\nContent-Type: text/html" + end("<html>no</html>"))
                    .but(BUSY, again));
        }
        for (int status : new int[] {408, 410, 429, 500, 502, 503, 504}) {
            Leg[] never = status == 410 ? ENTRA : new Leg[0];
            all.add(sends("" + status, "busy or broken, in JSON", BUSY, leg -> error(status, leg))
                    .but(REFUSED, never));
        }
        for (String wait : List.of("2", "Fri, 31 Dec 1999 23:59:59 GMT", "999999999999", "-1", "soon", "")) {
            all.add(sends(
                    "429-after-" + (wait.isEmpty() ? "nothing" : wait.replaceAll("[ ,:]+", "-")),
                    "429 with Retry-After: " + wait,
                    BUSY,
                    leg -> "HTTP/1.1 429 x\r\nRetry-After: " + wait + end("{\"error\":\"busy\"}")));
        }

        all.add(sends(
                "portal",
                "a captive portal's page",
                GARBLED,
                leg -> "HTTP/1.1 200 x\r\nContent-Type: text/html" + end("<html>Welcome! Sign in</html>")));
        all.add(sends(
                "wrong-type",
                "a good answer that calls itself text",
                TOKEN,
                leg -> "HTTP/1.1 200 x\r\nContent-Type: text/plain" + end(body(leg))));
        all.add(sends(
                "gzip",
                "compressed, unasked",
                BUSY,
                leg -> "HTTP/1.1 200 x\r\nContent-Encoding: gzip" + end("\u001f\u008b\b\0\0\0\0\0\0\u0003")));
        all.add(sends(
                "false-chunk-size",
                "a chunk's size that is none",
                BUSY,
                leg -> "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" + body(leg) + "\r\n0\r\n\r\n"));
        all.add(sends(
                "negative-chunk-size",
                "a chunk's size below zero",
                BUSY,
                leg -> "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n" + body(leg) + "\r\n0\r\n\r\n"));
        all.add(sends(
                "two-lengths",
                "two Content-Lengths that differ",
                BUSY,
                leg -> "HTTP/1.1 200 x\r\nContent-Length: 5" + end(body(leg))));
        all.add(sends("not-http", "a greeting of SSH", BUSY, leg -> "SSH-2.0-x\r\n\r\n"));
        all.add(sends(
                "bom",
                "a byte order mark before the JSON",
                TOKEN,
                leg -> "HTTP/1.1 200 x" + end("\u00ef\u00bb\u00bf" + body(leg))));
        all.add(json(
                "invalid-utf-8",
                "bytes that are no UTF-8, beside the token",
                TOKEN,
                body -> body.replace("}", ",\"x\":\"\u00ff\u00fe\"}")));
        all.add(json(
                "duplicate-keys",
                "the token twice, and not the same",
                GARBLED,
                body -> body.replace("}", ",\"access_token\":\"other\"}")));
        all.add(json(
                "more-keys",
                "fields that nobody knows",
                TOKEN,
                body -> body.replace("}", ",\"x\":{\"y\":[1,null,true]}}")));
        all.add(json(
                "numbers-as-strings",
                "every number as a string",
                TOKEN,
                body -> body.replaceAll(":(\\d+)", ":\"$1\"")));
        all.add(json(
                "strings-as-numbers",
                "every number as a number",
                TOKEN,
                body -> body.replaceAll(":\"(\\d+)\"", ":$1")));
        all.add(json("list", "a list in place of an object", GARBLED, body -> "[" + body + "]"));
        all.add(json("null", "null in place of an object", GARBLED, body -> "null"));
        all.add(json("empty", "nothing", GARBLED, body -> ""));
        all.add(json("twice", "the object twice", GARBLED, body -> body + body));
        all.add(json(
                "cut",
                "half of the object, and Content-Length says so",
                GARBLED,
                body -> body.substring(0, body.length() / 2)));
        all.add(json("deep", "ten thousand brackets", GARBLED, body -> "{\"x\":" + "[".repeat(10_000)));

        all.add(expiry("expiry-1", "1", GARBLED).but(TOKEN, ENTRA));
        for (String expiry : List.of("-1", "0", "-1e400", "1e400", "NaN", "null", "true")) {
            all.add(expiry("expiry-" + expiry, expiry, GARBLED));
        }
        all.add(expiry("expiry-empty", "\"\"", GARBLED));
        all.add(expiry("expiry-word", "\"soon\"", GARBLED));
        all.add(expiry("expiry-object", "{}", GARBLED));
        all.add(expiry("expiry-far", "253402300799", TOKEN).but(GARBLED, ENTRA));
        all.add(expiry("expiry-beyond", "\"99999999999999999999\"", GARBLED));
        all.add(expiry("expiry-date-beyond", "\"+999999999-12-31T23:59:59Z\"", GARBLED));
        all.add(json(
                "no-expiry",
                "nothing about the expiry",
                GARBLED,
                body -> body.replaceAll(",\"expires_(on|in)\":\"?\\d+\"?", "")));

        all.add(json(
                "no-token", "everything but the token", GARBLED, body -> body.replace("\"access_token\"", "\"x\"")));
        all.add(token("empty-token", "a token of no characters", "", GARBLED));
        all.add(token("big-token", "a token of a megabyte", "x".repeat(1 << 20), BUSY));
        all.add(token("token-with-crlf", "a token with a line break", TOKEN_VALUE + "\\r\\nX: y", GARBLED));
        all.add(token("token-with-nul", "a token with NUL", TOKEN_VALUE + "\\u0000", GARBLED));
        all.add(token("token-with-blank", "a token with a blank", TOKEN_VALUE + " x", GARBLED));
        all.add(token("token-not-ascii", "a token beyond ASCII", TOKEN_VALUE + "\\u00e9", GARBLED));
        all.add(json(
                "token-is-object",
                "an object in place of the token",
                GARBLED,
                body -> body.replace("\"" + TOKEN_VALUE + "\"", "{\"a\":\"" + TOKEN_VALUE + "\"}")));
        return List.copyOf(all);
    }

    /** An interface for the table. */
    private interface Text {
        String of(Leg leg);
    }

    private interface Change {
        String of(String body);
    }

    private static Fault below(String name, String what, Below below, Result result) {
        return new Fault(name, what, below, (to, leg) -> to.sends(good(leg)), result);
    }

    private static Fault plays(String name, String what, Result result, Script script) {
        return new Fault(name, what, Below.NOTHING, script, result);
    }

    private static Fault sends(String name, String what, Result result, Text answer) {
        return plays(name, what, result, (to, leg) -> to.sends(answer.of(leg)));
    }

    private static Fault json(String name, String what, Result result, Change change) {
        return sends(name, what, result, leg -> "HTTP/1.1 200 x" + end(change.of(body(leg))));
    }

    private static Fault token(String name, String what, String token, Result result) {
        return json(name, what, result, body -> body.replace(TOKEN_VALUE, token));
    }

    private static Fault expiry(String name, String expiry, Result result) {
        return json(
                name,
                "the expiry is " + expiry,
                result,
                body -> body.replaceAll("(\"expires_(?:on|in)\":)\"?\\d+\"?", "$1" + expiry.replace("\\", "\\\\")));
    }

    private static String good(Leg leg) {
        return "HTTP/1.1 200 x\r\nContent-Type: application/json" + end(body(leg));
    }

    /** A good answer's body. */
    private static String body(Leg leg) {
        return "{\"access_token\":\"" + TOKEN_VALUE + "\",\"token_type\":\"Bearer\","
                + (leg.isEntra() ? "\"expires_in\":3599" : "\"expires_on\":\"" + LATE + "\"") + "}";
    }

    /** A refusal that repeats what it was sent. */
    private static String error(int status, Leg leg) {
        String echo = "echo " + leg.secret() + " " + TOKEN_VALUE;
        return "HTTP/1.1 " + status + " x\r\nContent-Type: application/json"
                + end("{\"error\":\"e" + status + "\",\"error_description\":\"" + echo + "\"}");
    }

    /** The end of a header, and the body; the connection is closed after it. */
    static String end(String body) {
        int length = body.getBytes(StandardCharsets.ISO_8859_1).length;
        return "\r\nContent-Length: " + length + "\r\nConnection: close\r\n\r\n" + body;
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }
}
