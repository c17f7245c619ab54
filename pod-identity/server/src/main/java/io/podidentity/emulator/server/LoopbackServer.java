// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import io.podidentity.emulator.http.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
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
 *
 * @since 0.1.0
 */
public final class LoopbackServer implements AutoCloseable {

    private static final int BACKLOG = 256;
    private static final Duration UNTIL_THE_PORT_IS_FREE = Duration.ofSeconds(2);

    /** The pause after a connection could not be accepted, for want of descriptors, memory or threads. */
    private static final Duration BACK_OFF = Duration.ofMillis(50);

    private final String name;
    private final InetAddress address;
    private final int port;
    private final @Nullable SSLContext tls;
    private final ExecutorService threads;
    private final Connections connections;
    private volatile ServerSettings settings;

    private final Object lock = new Object();

    // @GuardedBy("lock")
    private ServerSocket server;

    // @GuardedBy("lock")
    private boolean closed;

    // @GuardedBy("lock"), null until it serves
    private @Nullable Endpoint endpoint;

    // @GuardedBy("lock"), counted down when no thread accepts connections
    private CountDownLatch acceptsNoMore = new CountDownLatch(0);

    private LoopbackServer(
            String name,
            InetAddress address,
            int port,
            @Nullable SSLContext tls,
            Limits limits,
            RequestListener log,
            UnaryOperator<Thread> made)
            throws IOException {
        this.name = name;
        this.address = address;
        this.tls = tls;
        this.connections = new Connections(limits.connections(), limits.ofOneClient());
        this.settings = ServerSettings.of(name, limits, log);
        this.server = open(port);
        this.port = server.getLocalPort();
        var count = new AtomicInteger();
        this.threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "podid-" + name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return made.apply(thread);
        });
    }

    private ServerSocket open(int port) throws IOException {
        ServerSocketFactory factory = tls == null ? ServerSocketFactory.getDefault() : tls.getServerSocketFactory();
        return factory.createServerSocket(port, BACKLOG, address);
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
        return bind(name, address, port, tls, limits, log, UnaryOperator.identity());
    }

    /** @param made what becomes of each thread before it is started */
    static LoopbackServer bind(
            String name,
            InetAddress address,
            int port,
            @Nullable SSLContext tls,
            Limits limits,
            RequestListener log,
            UnaryOperator<Thread> made) {
        try {
            return new LoopbackServer(name, address, port, tls, limits, log, made);
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
        settings = settings.withNames(hosts);
        return this;
    }

    /** Reads and refuses requests as Go's HTTP server does; called before {@link #serve}. */
    public LoopbackServer asGo() {
        settings = settings.likeGo();
        return this;
    }

    /** The base address with the given host name for the server's address, without a trailing slash. */
    public URI uri(String host) {
        return uri(host, port());
    }

    /** The base address of a client that comes by another port. */
    public URI uri(String host, int port) {
        return URI.create((tls == null ? "http://" : "https://") + host + ":" + port);
    }

    public int port() {
        return port;
    }

    /** Begins to answer; called once. */
    public void serve(Endpoint endpoint) {
        synchronized (lock) {
            this.endpoint = endpoint;
            accept(server, endpoint);
        }
    }

    /**
     * Begins to answer connections that a proxy makes for its clients, in place of {@link #serve}. The first line of
     * each is {@code NODE} with the proxy's credential. The server answers it with the line {@code OK}, or with
     * {@code NO} and the reason, and closes the connection then. The second line says which client it is, in the PROXY
     * protocol, version 1; without it the connection is closed.
     *
     * @param log is told in place of the one of {@link #bind}
     * @param authentication decides which credential is right
     * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">the protocol</a>
     */
    public void serveProxied(Endpoint endpoint, RequestListener log, ProxyAuthentication authentication) {
        settings = settings.behindProxies(authentication, log);
        serve(endpoint);
    }

    // @GuardedBy("lock")
    private void accept(ServerSocket open, Endpoint endpoint) {
        var ended = new CountDownLatch(1);
        acceptsNoMore = ended;
        threads.execute(() -> {
            try {
                acceptUntilClosed(open, endpoint);
            } finally {
                ended.countDown();
            }
        });
    }

    /** Accepts the next connection whatever happens to one: a server that stopped accepting would look alive. */
    private void acceptUntilClosed(ServerSocket open, Endpoint endpoint) {
        while (!open.isClosed()) {
            try {
                accept(open.accept(), endpoint);
            } catch (Throwable failure) {
                makeRoom(open);
            }
        }
    }

    /** Without descriptors, memory or threads the accept fails at once, again and again. */
    private void makeRoom(ServerSocket open) {
        if (open.isClosed()) {
            return;
        }
        try {
            connections.removeOldest().ifPresent(Connections::closeQuietly);
            TimeUnit.NANOSECONDS.sleep(BACK_OFF.toNanos());
        } catch (InterruptedException closing) {
            // The server is being closed: its socket is closed too, which ends the loop.
            Thread.interrupted();
        }
    }

    /** Closes the port and all connections, so that clients are refused, until {@link #listen}. */
    public void refuse() {
        synchronized (lock) {
            Connections.closeQuietly(server);
            connections.stream().forEach(Connections::closeQuietly);
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
            if (closed || !server.isClosed() || endpoint == null) {
                return;
            }
            try {
                server = open(port);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot serve " + name + " on port " + port + " again", e);
            }
            accept(server, endpoint);
        }
    }

    private void accept(Socket connection, Endpoint endpoint) {
        boolean begun = false;
        try {
            connections.add(connection).ifPresent(Connections::closeQuietly);
            if (!connection.isClosed()) {
                threads.execute(new Conversation(connection, endpoint, settings, connections, threads));
                begun = true;
            }
        } finally {
            if (!begun) {
                connections.remove(connection);
                Connections.closeQuietly(connection);
            }
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            Connections.closeQuietly(server);
            threads.shutdownNow();
            connections.stream().forEach(Connections::closeQuietly);
            awaitFreePort();
        }
    }

    /** The port is taken until the thread that waits for a connection has noticed. */
    // @GuardedBy("lock")
    private void awaitFreePort() {
        try {
            var unused = acceptsNoMore.await(UNTIL_THE_PORT_IS_FREE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
