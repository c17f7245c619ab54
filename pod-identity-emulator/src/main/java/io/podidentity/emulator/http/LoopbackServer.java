package io.podidentity.emulator.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One server on 127.0.0.1.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #bind} takes the port, {@link #serve} begins to answer, {@link #close} ends
 * everything; all threads are daemons.
 */
public final class LoopbackServer implements AutoCloseable {

    /** In bytes; no request to Azure that is played here comes near it. */
    static final int MAX_REQUEST_BODY = 1 << 20;

    static {
        // Without it every kept-alive answer waits about 40 ms for a delayed acknowledgement; read once, at first use.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final String name;
    private final HttpServer server;
    private final RequestLog log;
    private final ExecutorService threads;

    private LoopbackServer(String name, HttpServer server, RequestLog log) {
        this.name = name;
        this.server = server;
        this.log = log;
        var count = new AtomicInteger();
        this.threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "podid-" + name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes the port.
     *
     * @param port 0 for any free one
     * @param tls null for plain HTTP
     * @throws UncheckedIOException if the port is taken
     */
    public static LoopbackServer bind(String name, int port, @Nullable SSLContext tls, RequestLog log) {
        try {
            var address = new InetSocketAddress(InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1}), port);
            return new LoopbackServer(name, tls == null ? HttpServer.create(address, 0) : https(address, tls), log);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot serve " + name + " on 127.0.0.1:" + port + ": " + e.getMessage(), e);
        }
    }

    private static HttpServer https(InetSocketAddress address, SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    /** The base address with the given host name for 127.0.0.1, without a slash at the end. */
    public URI uri(String host) {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://" + host + ":" + server.getAddress().getPort());
    }

    /** Begins to answer; called once. */
    public void serve(Endpoint endpoint) {
        server.createContext("/", exchange -> handle(exchange, endpoint));
        server.setExecutor(threads);
        // The dispatcher inherits "daemon" from the thread that starts it.
        CompletableFuture.runAsync(server::start, threads).join();
    }

    private void handle(HttpExchange exchange, Endpoint endpoint) throws IOException {
        try {
            send(exchange, answer(exchange, endpoint));
        } finally {
            exchange.close();
        }
    }

    private Answer answer(HttpExchange exchange, Endpoint endpoint) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_REQUEST_BODY + 1);
        if (body.length > MAX_REQUEST_BODY) {
            return Answer.json(413, Map.of("error", "request_too_large"));
        }
        try {
            return endpoint.answer(new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI(),
                    exchange.getRequestHeaders(),
                    new String(body, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException unreadable) {
            return Answer.json(400, Map.of("error", "invalid_request"));
        }
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        URI uri = exchange.getRequestURI();
        String query = uri.getRawQuery() == null ? "" : Redaction.query(uri.getRawQuery());
        log.seen(name, exchange.getRequestMethod(), Redaction.path(Request.rawPath(uri)), query, answer.status());

        if (!answer.delay().isZero()) {
            pause(answer);
        }
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        long length = answer.body().length();
        if (exchange.getRequestMethod().equals("HEAD") || answer.status() == 304) {
            if (length > 0) {
                exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            }
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        // The JDK's server reads 0 as "chunked" and -1 as "empty".
        exchange.sendResponseHeaders(answer.status(), length < 0 ? 0 : length == 0 ? -1 : length);
        answer.body().writeTo(exchange.getResponseBody());
        if (length != 0) {
            exchange.getResponseBody().close();
        }
    }

    private static void pause(Answer answer) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(answer.delay().toNanos());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server is closed");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
