// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.stub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.benchmarks.stub.StubControl.Behaviour;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A metadata service on loopback. {@code GET /behave?...} tells it how to answer from now on and resets its count;
 * {@code GET /requests} returns the count; paths that end in {@value #PATH} are requests for tokens. Its base URL has
 * no slash at the end: msal4j would ask for {@code //metadata}, where the JDK's server takes the word for a host.
 *
 * <p>As a program it needs {@code -Dsun.net.httpserver.nodelay=true}; otherwise an answer on a kept connection waits
 * 40 ms until the client has acknowledged the headers.
 */
public final class ImdsStub implements AutoCloseable {
    private static final String PATH = "/identity/oauth2/token";
    private static final int BACKLOG = 2_000;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "imds-stub");
        thread.setDaemon(true);
        return thread;
    });
    /** Since the start, for tokens that differ. */
    private final AtomicLong tokens = new AtomicLong();

    private final AtomicInteger requests = new AtomicInteger();
    private volatile Behaviour behaviour = Behaviour.USUAL;

    public ImdsStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** Prints its base URL and serves until standard input ends. */
    public static void main(String[] args) throws IOException {
        try (ImdsStub stub = new ImdsStub()) {
            System.out.println(stub.url());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0);
    }

    /** The base URL to use instead of IMDS's. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers in this way from now on, and resets the count. */
    public void behave(Behaviour next) {
        behaviour = next;
        requests.set(0);
    }

    /** How many requests for tokens there were since it was last told how to behave. */
    public int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.endsWith(PATH)) {
                answer(exchange);
            } else if (path.equals("/behave")) {
                behave(Behaviour.ofQuery(exchange.getRequestURI().getRawQuery()));
                send(exchange, 200, "");
            } else if (path.equals("/requests")) {
                send(exchange, 200, String.valueOf(requests()));
            } else {
                send(exchange, 404, "");
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestHeaders().getFirst("Metadata") == null) {
            // A probe, which does not count as a request for a token.
            send(
                    exchange,
                    400,
                    "{\"error\":\"invalid_request\",\"error_description\":\"Required metadata header not"
                            + " specified\"}");
            return;
        }
        Behaviour now = behaviour;
        requests.incrementAndGet();
        LockSupport.parkNanos(now.delayMillis() * 1_000_000L);
        send(exchange, 200, token(resource(exchange), now, tokens.incrementAndGet()));
    }

    private static String resource(HttpExchange exchange) {
        for (String pair : exchange.getRequestURI().getRawQuery().split("&", -1)) {
            if (pair.startsWith("resource=")) {
                return URLDecoder.decode(pair.substring("resource=".length()), StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    private static String token(String resource, Behaviour now, long number) {
        long seconds = System.currentTimeMillis() / 1000;
        long life = now.expiresInSeconds();
        String refresh = now.refreshInSeconds() == 0 ? "" : "\"refresh_in\":\"" + now.refreshInSeconds() + "\",";
        return "{\"access_token\":\"" + SampleToken.of(resource, seconds, life, number)
                + "\",\"client_id\":\"22222222-2222-2222-2222-222222222222\",\"expires_in\":\"" + life
                + "\",\"expires_on\":\"" + (seconds + life) + "\",\"ext_expires_in\":\"" + life + "\"," + refresh
                + "\"not_before\":\"" + seconds + "\",\"resource\":\"" + resource + "\",\"token_type\":\"Bearer\"}";
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().put("Content-Type", List.of("application/json; charset=utf-8"));
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
