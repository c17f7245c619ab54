package io.podidentity.emulator.http;

import io.podidentity.emulator.http.RequestReader.ServerKind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.function.Function;
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
    private final Opening opening;
    private final int port;
    private final RequestListener log;
    private final Limits limits;
    private final ExecutorService threads;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile ServerKind kind = ServerKind.USUAL;

    private final Object lock = new Object();

    // @GuardedBy("lock")
    private ServerSocket server;

    // @GuardedBy("lock")
    private boolean closed;

    // @GuardedBy("lock"), null until it serves
    private @Nullable Parties parties;

    // @GuardedBy("lock"), null unless a thread accepts connections
    private @Nullable CountDownLatch acceptsNoMore;

    /** Opens a port. */
    @FunctionalInterface
    private interface Opening {
        ServerSocket at(int port) throws IOException;
    }

    /** Finds out who answers a connection, and who is told. */
    @FunctionalInterface
    private interface Parties {
        Party of(InputStream connection) throws IOException;
    }

    private record Party(Endpoint endpoint, RequestListener log) {}

    private LoopbackServer(
            String name, String scheme, Opening opening, ServerSocket server, Limits limits, RequestListener log) {
        this.name = name;
        this.scheme = scheme;
        this.opening = opening;
        this.server = server;
        this.port = server.getLocalPort();
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
        return bind(name, loopback(), port, tls, Limits.OF_THE_EMULATOR, log);
    }

    /**
     * Takes a port of an address that need not be loopback.
     *
     * @param port 0 for any free one
     * @param tls null for plain HTTP
     * @throws UncheckedIOException if the port is taken, or the address is none of this machine's
     */
    public static LoopbackServer bind(
            String name, InetAddress address, int port, @Nullable SSLContext tls, Limits limits, RequestListener log) {
        try {
            ServerSocketFactory factory = tls == null ? ServerSocketFactory.getDefault() : tls.getServerSocketFactory();
            Opening opening = at -> factory.createServerSocket(at, BACKLOG, address);
            return new LoopbackServer(name, tls == null ? "http" : "https", opening, opening.at(port), limits, log);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot serve " + name + " on " + address.getHostAddress() + ":" + port + " (" + e.getMessage()
                            + ")",
                    e);
        }
    }

    /** 127.0.0.1, whatever this JVM prefers. */
    public static InetAddress loopback() {
        try {
            return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Serves only a client that asks for this host name in TLS, or for none; called before {@link #serve}. */
    public LoopbackServer onlyFor(String hostName) {
        synchronized (lock) {
            if (server instanceof SSLServerSocket secure) {
                SSLParameters parameters = secure.getSSLParameters();
                parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher(Pattern.quote(hostName))));
                secure.setSSLParameters(parameters);
            }
        }
        return this;
    }

    /**
     * Answers whole URLs with these hosts too, besides loopback's and the metadata service's; called before
     * {@link #serve}.
     */
    public LoopbackServer knownAs(Set<String> hosts) {
        kind = new ServerKind(Set.copyOf(hosts), kind.isGo());
        return this;
    }

    /** Refuses what is no request as Go's HTTP server does; called before {@link #serve}. */
    public LoopbackServer asGo() {
        kind = new ServerKind(kind.names(), true);
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
        return port;
    }

    /** Begins to answer; called once. */
    public void serve(Endpoint endpoint) {
        begin(any -> new Party(endpoint, log));
    }

    /**
     * Begins to answer connections that a proxy makes for its clients, in place of {@link #serve}. The first line of
     * each says which client it is, by the PROXY protocol, version 1; without it the connection is closed.
     *
     * @param endpointOf takes the client's address, {@code 10.244.0.9:40000}
     * @param logOf is told of the requests of the client with this address
     * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">the protocol</a>
     */
    public void serveProxied(Function<String, Endpoint> endpointOf, Function<String, RequestListener> logOf) {
        begin(connection -> {
            String client = ProxyLine.client(connection);
            return new Party(endpointOf.apply(client), logOf.apply(client));
        });
    }

    private void begin(Parties parties) {
        synchronized (lock) {
            this.parties = parties;
            accept(server, parties);
        }
    }

    // @GuardedBy("lock")
    private void accept(ServerSocket open, Parties parties) {
        var ended = new CountDownLatch(1);
        acceptsNoMore = ended;
        threads.execute(() -> {
            while (!open.isClosed()) {
                try {
                    accept(open.accept(), parties);
                } catch (IOException clientIsGone) {
                    // Or the server is closed: the loop looks.
                }
            }
            ended.countDown();
        });
    }

    /** Closes the port and all connections, so that clients are refused, until {@link #listen}. */
    public void refuse() {
        synchronized (lock) {
            closeQuietly(server);
            connections.forEach(LoopbackServer::closeQuietly);
            awaitFreePort();
        }
    }

    /**
     * Opens the port again, if it was closed by {@link #refuse}.
     *
     * @throws UncheckedIOException if another program has taken it
     */
    public void listen() {
        synchronized (lock) {
            if (closed || !server.isClosed() || parties == null) {
                return;
            }
            try {
                server = opening.at(port);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot serve " + name + " on port " + port + " again", e);
            }
            accept(server, parties);
        }
    }

    private void accept(Socket connection, Parties parties) {
        if (connections.size() >= limits.connections()) {
            closeQuietly(connection);
            return;
        }
        connections.add(connection);
        try {
            threads.execute(() -> converse(connection, parties));
        } catch (RejectedExecutionException closing) {
            closeQuietly(connection);
        }
    }

    private void converse(Socket connection, Parties parties) {
        try (connection) {
            connection.setTcpNoDelay(true);
            connection.setSoTimeout(IDLE_MILLIS);
            var out = new BufferedOutputStream(connection.getOutputStream());
            var writer = new AnswerWriter(out);
            var timed = new TimedInput(connection);
            var in = new BufferedInputStream(timed);
            Party party = parties.of(in);
            var reader = new RequestReader(in, out, limits, kind, () -> HangUpWatch.of(connection, in));
            try {
                for (var request = next(reader, timed); request.isPresent(); request = next(reader, timed)) {
                    answer(request.get(), party, writer);
                    if (request.get().isLast()) {
                        return;
                    }
                }
            } catch (BadRequestException refusal) {
                if (kind.isGo()) {
                    writer.refuseAsGo(refusal.status(), refusal.reason());
                } else {
                    writer.refuse(Answer.json(refusal.status(), Map.of("error", "bad_request")));
                }
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

    private void answer(Request request, Party party, AnswerWriter writer) throws IOException {
        Answer answer;
        try {
            answer = party.endpoint().answer(request);
        } catch (IllegalArgumentException unreadable) {
            answer = Answer.json(400, Map.of("error", "invalid_request"));
        }
        party.log().seen(name, request, answer);
        if (!answer.delay().isZero()) {
            pause(answer.delay(), request);
        }
        if (answer.isNone()) {
            throw new EOFException("no answer, on purpose");
        }
        writer.write(answer, request);
    }

    private static void pause(Duration delay, Request request) throws IOException {
        HangUpWatch client = request.watchClient();
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the client or the server is gone");
        } finally {
            client.close();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            closeQuietly(server);
            threads.shutdownNow();
            connections.forEach(LoopbackServer::closeQuietly);
            awaitFreePort();
        }
    }

    /** The port is taken until the thread that waits for a connection has noticed. */
    // @GuardedBy("lock")
    private void awaitFreePort() {
        try {
            if (acceptsNoMore != null) {
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
