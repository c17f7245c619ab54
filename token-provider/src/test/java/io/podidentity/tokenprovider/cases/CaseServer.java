// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * What the server of a case does, in any of the words that cases have for it: a status, as a number or as {@code
 * http_404}; {@code token}; a fault of the network; an object {@code {status, body, headers, retry_after}} or
 * {@code {fault}}, {@code {exception, message}}; a list of these, the last of which stands for ever.
 */
public final class CaseServer {
    private static final String ELSEWHERE = "http://elsewhere.example/";
    private static final List<String> PACKAGES = List.of("", "java.io.", "java.net.", "javax.net.ssl.", "java.lang.");

    private final FakeTransport http;
    private final String token;
    private final String refusal;

    /**
     * @param token the body of an answer with status 200
     * @param refusal the body of any other
     */
    public CaseServer(FakeTransport http, String token, String refusal) {
        this.http = http;
        this.token = token;
        this.refusal = refusal;
    }

    /** Adds what is described; nothing for a node that is missing. */
    public FakeTransport does(JsonNode described) {
        if (described.isArray()) {
            described.forEach(this::does);
        } else if (described.isObject()) {
            object(described);
        } else if (!described.isMissingNode()) {
            word(described.asText());
        }
        return http;
    }

    private void object(JsonNode described) {
        for (String fault : List.of("exception", "fault", "result")) {
            if (described.hasNonNull(fault)) {
                String word = described.get(fault).asText();
                String message = described.path("message").asText(word);
                http.does(fault.equals("exception") ? request -> throwing(word, message) : fault(word));
                return;
            }
        }
        int status = described.path("status").asInt(200);
        JsonNode body = described.path("body");
        String text = body.isTextual() ? body.asText() : body.isMissingNode() ? body(status) : body.toString();
        JsonNode after = described.path("retry_after");
        http.does(request -> new HttpResponse(
                status,
                text,
                after.isValueNode() ? after.asText() : header(described, "Retry-After"),
                header(described, "WWW-Authenticate"),
                header(described, "ResponseMessage"),
                header(described, "Date"),
                header(described, "Server")));
    }

    /** The status that a node names, as {@code 404} or {@code http_404}; another one if it names none. */
    public static int status(JsonNode named, int otherwise) {
        String digits = named.asText().replaceFirst("(?i)^(http|status)[_ ]?", "");
        return digits.matches("\\d{3}") ? Integer.parseInt(digits) : otherwise;
    }

    private void word(String word) {
        int status = status(TextNode.valueOf(word), 0);
        if (status > 0) {
            String page = status / 100 == 3 ? "<a href='" + ELSEWHERE + "'>Moved</a>" : body(status);
            http.does(request -> new HttpResponse(status, page, null));
        } else {
            http.does(fault(word));
        }
    }

    private String body(int status) {
        return status == 200 ? token : refusal;
    }

    private FakeTransport.Answer fault(String word) {
        return switch (word.toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_')) {
            case "token", "ok", "success" -> request -> new HttpResponse(200, token, null);
            case "empty", "empty_body" -> request -> new HttpResponse(200, "", null);
            case "html" -> request -> new HttpResponse(200, "<html></html>", null);
            case "not_json" -> request -> new HttpResponse(200, "not JSON", null);
            case "timeout",
                    "hang",
                    "hangs",
                    "silent",
                    "slow",
                    "no_response",
                    "accept_no_response",
                    "connect_timeout",
                    "read_timeout",
                    "black_hole",
                    "dropped" -> failing(new SocketTimeoutException("Read timed out"));
            case "closed_port", "refused", "connection_refused" -> failing(new ConnectException("Connection refused"));
            case "connection_error", "reset", "rst", "connection_reset" ->
                failing(new SocketException("Connection reset"));
            case "accept_then_close", "close", "closes", "eof", "half_body", "truncated", "cut_off" ->
                failing(new EOFException("the answer ended early"));
            case "garbage", "garbage_bytes", "not_http" -> failing(new IOException("the answer is not HTTP"));
            case "unknown_host", "no_such_host", "dns" -> failing(new UnknownHostException("no such host"));
            case "no_route", "unreachable", "host_unreachable", "network_unreachable" ->
                failing(new NoRouteToHostException("Network is unreachable"));
            case "tls", "tls_error" -> failing(new SSLException("handshake failed"));
            case "redirect" -> request -> new HttpResponse(302, "<a href='" + ELSEWHERE + "'>Moved</a>", null);
            default ->
                throw new UnreadableCase("'" + word + "' is nothing that a server of the runner does. It answers with a"
                        + " status, as token, empty, html, not_json or redirect, or is silent, refused, reset,"
                        + " accept_then_close, half_body, garbage_bytes, unknown_host, unreachable or tls_error");
        };
    }

    private static FakeTransport.Answer failing(IOException e) {
        return request -> {
            throw e;
        };
    }

    /**
     * Throws what is named, with its package or without. What is no {@code IOException} is a fault of the transport
     * itself.
     */
    public static HttpResponse throwing(String name, String message) throws IOException {
        boolean ofNetwork = name.contains("IOException") || name.contains("Timeout");
        for (String prefix : PACKAGES) {
            try {
                Class<?> type = Class.forName(prefix + name);
                ofNetwork |= IOException.class.isAssignableFrom(type);
                if (ofNetwork && type.getConstructor(String.class).newInstance(message) instanceof IOException e) {
                    throw e;
                }
            } catch (ReflectiveOperationException e) {
                // Not of this package, or not made of a message.
            }
        }
        if (ofNetwork) {
            throw new IOException(message);
        }
        throw new IllegalStateException(message);
    }

    /** Whether a request went where a redirect points to. */
    public static boolean isElsewhere(String url) {
        return url.startsWith(ELSEWHERE);
    }

    private static String header(JsonNode given, String name) {
        return given.path("headers").properties().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(header -> header.getValue().asText())
                .findFirst()
                .orElse(null);
    }
}
