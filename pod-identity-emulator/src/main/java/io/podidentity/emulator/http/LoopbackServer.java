package io.podidentity.emulator.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 server on 127.0.0.1, or on the address that its maker names, a thread for each connection. The JDK's
 * own server is not used, since it refuses paths that begin with two slashes, which clients do send and Azure does
 * answer.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #bind} takes the port, {@link #serve} begins to answer, {@link #close} ends
 * everything; all threads are daemons.
 */
public final class LoopbackServer implements AutoCloseable {

    private static final int BACKLOG = 256;
    private static final int IDLE_MILLIS = 60_000;
    private static final Duration UNTIL_THE_PORT_IS_FREE = Duration.ofSeconds(2);

    private final String name;
    private final String scheme;
    private final ServerSocket server;
    private final RequestListener log;
    private final Limits limits;
    private final ExecutorService threads;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch acceptsNoMore = new CountDownLatch(1);
    private volatile Set<String> names = Set.of();
    private volatile boolean accepts;

    private LoopbackServer(String name, String scheme, ServerSocket server, Limits limits, RequestListener log) {
        this.name = name;
        this.scheme = scheme;
        this.server = server;
        this.limits = limits;
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
    public static LoopbackServer bind(String name, int port, @Nullable SSLContext tls, RequestListener log) {
        return bind(name, loopback(), port, tls, log);
    }

    /**
     * Takes a port of an address that need not be loopback.
     *
     * @param port 0 for any free one
     * @param tls null for plain HTTP
     * @throws UncheckedIOException if the port is taken, or the address is none of this machine's
     */
    public static LoopbackServer bind(
            String name, InetAddress address, int port, @Nullable SSLContext tls, RequestListener log) {
        return bind(name, address, port, tls, Limits.OF_THE_EMULATOR, log);
    }

    /**
     * Takes a port of an address that need not be loopback, for plain HTTP.
     *
     * @param port 0 for any free one
     * @throws UncheckedIOException if the port is taken, or the address is none of this machine's
     */
    public static LoopbackServer bind(String name, InetAddress address, int port, Limits limits, RequestListener log) {
        return bind(name, address, port, null, limits, log);
    }

    private static LoopbackServer bind(
            String name, InetAddress address, int port, @Nullable SSLContext tls, Limits limits, RequestListener log) {
        try {
            ServerSocketFactory factory = tls == null ? ServerSocketFactory.getDefault() : tls.getServerSocketFactory();
            ServerSocket server = factory.createServerSocket(port, BACKLOG, address);
            return new LoopbackServer(name, tls == null ? "http" : "https", server, limits, log);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot serve " + name + " on " + address.getHostAddress() + ":" + port + " (" + e.getMessage()
                            + ")",
                    e);
        }
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Serves only a client that asks for this host name in TLS, or for none; called before {@link #serve}. */
    public LoopbackServer onlyFor(String hostName) {
        if (server instanceof SSLServerSocket secure) {
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher(Pattern.quote(hostName))));
            secure.setSSLParameters(parameters);
        }
        return this;
    }

    /**
     * Answers whole URLs with these hosts too, besides loopback's and the metadata service's; called before
     * {@link #serve}.
     */
    public LoopbackServer knownAs(Set<String> hosts) {
        names = Set.copyOf(hosts);
        return this;
    }

    /** The base address with the given host name for the server's address, without a trailing slash. */
    public URI uri(String host) {
        return uri(host, port());
    }

    /** The base address of a client that comes by another port. */
    public URI uri(String host, int port) {
        return URI.create(scheme + "://" + host + ":" + port);
    }

    /** The port that it listens on. */
    public int port() {
        return server.getLocalPort();
    }

    /** Begins to answer; called once. */
    public void serve(Endpoint endpoint) {
        accepts = true;
        threads.execute(() -> {
            while (!server.isClosed()) {
                try {
                    accept(server.accept(), endpoint);
                } catch (IOException clientIsGone) {
                    // Or the server is closed: the loop looks.
                }
            }
            acceptsNoMore.countDown();
        });
    }

    private void accept(Socket connection, Endpoint endpoint) {
        if (connections.size() >= limits.connections()) {
            closeQuietly(connection);
            return;
        }
        connections.add(connection);
        try {
            threads.execute(() -> converse(connection, endpoint));
        } catch (RejectedExecutionException closing) {
            closeQuietly(connection);
        }
    }

    private void converse(Socket connection, Endpoint endpoint) {
        try (connection) {
            connection.setTcpNoDelay(true);
            connection.setSoTimeout(IDLE_MILLIS);
            var out = new BufferedOutputStream(connection.getOutputStream());
            var writer = new AnswerWriter(out);
            var timed = new TimedInput(connection);
            var in = new BufferedInputStream(timed);
            var reader = new RequestReader(in, out, limits, names, () -> HangUpWatch.of(connection, in));
            try {
                for (var request = next(reader, timed); request.isPresent(); request = next(reader, timed)) {
                    answer(request.get(), endpoint, writer);
                    if (request.get().isLast()) {
                        return;
                    }
                }
            } catch (BadRequestException refusal) {
                writer.write(Answer.json(refusal.status(), Map.of("error", "bad_request")), false, true);
            }
        } catch (IOException clientIsGone) {
            // Nobody is left to answer.
        } finally {
            connections.remove(connection);
        }
    }

    private Optional<Request> next(RequestReader reader, TimedInput in) throws IOException {
        limits.requestTime().ifPresent(in::begin);
        Optional<Request> request = reader.next();
        in.end();
        return request;
    }

    private void answer(Request request, Endpoint endpoint, AnswerWriter writer) throws IOException {
        Answer answer;
        try {
            answer = endpoint.answer(request);
        } catch (IllegalArgumentException unreadable) {
            answer = Answer.json(400, Map.of("error", "invalid_request"));
        }
        log.seen(
                name,
                request.method(),
                Redaction.path(request.rawPath()),
                Redaction.query(request.rawQuery()),
                answer.status());
        pause(answer.delay());
        writer.write(answer, request.method().equals("HEAD"), request.isLast());
    }

    private static void pause(Duration delay) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server is closed");
        }
    }

    @Override
    public void close() {
        closeQuietly(server);
        threads.shutdownNow();
        connections.forEach(LoopbackServer::closeQuietly);
        awaitFreePort();
    }

    /** The port is taken until the thread that waits for a connection has noticed. */
    private void awaitFreePort() {
        try {
            if (accepts) {
                var unused = acceptsNoMore.await(UNTIL_THE_PORT_IS_FREE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception alreadyGone) {
            // It is closed anyway.
        }
    }
}
