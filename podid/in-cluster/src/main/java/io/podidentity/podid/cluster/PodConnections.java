// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The port of the node that pods are led to, and their connections to podid. One thread serves all of them, each pod
 * has a bounded number, and those that say nothing are closed, so that no pod can take NMI from the others.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #serve} on a thread of its own, {@link #open} and {@link #close} at any
 * time.
 */
final class PodConnections implements RuleKeeper.Port {

    private static final int BACKLOG = 256;
    private static final int BUFFER = 16 << 10;
    private static final long SWEEP_MILLIS = 500;
    private static final Duration LONGEST_TURN = Duration.ofSeconds(30);
    private static final int LOGGED_AT_ONCE = 64;

    /**
     * How much pods can take.
     *
     * @param ofOnePod connections at a time; one more is closed at once
     * @param ofAll the same for all pods of the node
     */
    record Limits(int ofOnePod, int ofAll) {

        static final Limits OF_A_NODE = new Limits(64, 4_096);
    }

    private final InetSocketAddress address;
    private final PodidLink podid;
    private final Limits limits;
    private final Clock clock;
    private final Consumer<String> log;
    private final Selector selector;

    private volatile Instant lastTurn;

    // Of the thread that serves.
    private final Set<PodConnection> connections = new HashSet<>();
    private final Map<String, Integer> ofPods = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Set<String> logged = new HashSet<>();
    private Instant forgotten = Instant.EPOCH;

    // @GuardedBy("this"), empty while it is closed
    private Optional<ServerSocketChannel> open = Optional.empty();

    PodConnections(InetAddress address, int port, PodidLink podid, Limits limits, Clock clock, Consumer<String> log)
            throws IOException {
        this.address = new InetSocketAddress(address, port);
        this.podid = podid;
        this.limits = limits;
        this.clock = clock;
        this.log = log;
        this.selector = Selector.open();
        this.lastTurn = clock.instant();
    }

    @Override
    public String target() {
        return address.getAddress().getHostAddress() + ":" + port();
    }

    /** The port that is open; the one to be opened while it is closed. */
    synchronized int port() {
        return open.map(server -> server.socket().getLocalPort()).orElse(address.getPort());
    }

    @Override
    public synchronized void open() throws IOException {
        if (open.isPresent()) {
            return;
        }
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(address, BACKLOG);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            open = Optional.of(server);
            selector.wakeup();
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (open.isPresent()) {
                open.get().close();
                open = Optional.empty();
                selector.wakeup();
            }
        } catch (IOException alreadyGone) {
            // It is closed anyway.
        }
    }

    /** Whether the thread that serves has not stopped. */
    boolean isServing() {
        return clock.instant().isBefore(lastTurn.plus(LONGEST_TURN));
    }

    private synchronized boolean isOpen() {
        return open.isPresent();
    }

    /** Serves until the thread is interrupted. */
    void serve() {
        while (!Thread.currentThread().isInterrupted()) {
            turn();
        }
        connections.forEach(PodConnection::close);
    }

    private void turn() {
        try {
            selector.select(SWEEP_MILLIS);
            Instant now = clock.instant();
            lastTurn = now;
            selector.selectedKeys().stream().filter(SelectionKey::isValid).forEach(ready -> proceed(ready, now));
            selector.selectedKeys().clear();
            sweep(now);
        } catch (IOException e) {
            throw new UncheckedIOException("NMI cannot go on on this node", e);
        }
    }

    private void proceed(SelectionKey ready, Instant now) {
        if (ready.channel() instanceof ServerSocketChannel server) {
            accept(server, now);
            return;
        }
        var connection = (PodConnection) ready.attachment();
        try {
            if (!connection.proceed(ready, podid.last(), buffer, now)) {
                end(connection);
            }
        } catch (PodConnection.RefusedException | ConnectException | NoRouteToHostException e) {
            logOnce("podid does not answer " + connection.address() + ": " + e.getMessage());
            end(connection);
        } catch (IOException gone) {
            // A client may end a connection whenever it likes.
            end(connection);
        }
    }

    private void accept(ServerSocketChannel server, Instant now) {
        try {
            SocketChannel pod = server.accept();
            if (pod != null) {
                admit(pod, now);
            }
        } catch (IOException gone) {
            // The pod has gone already, or the port is closed: the next turn looks.
        }
    }

    private void admit(SocketChannel pod, Instant now) throws IOException {
        String client =
                ((InetSocketAddress) pod.getRemoteAddress()).getAddress().getHostAddress();
        if (ofPods.getOrDefault(client, 0) >= limits.ofOnePod() || connections.size() >= limits.ofAll()) {
            logOnce("pod " + client + " has too many connections, so that more are closed: " + limits.ofOnePod()
                    + " are allowed, and " + limits.ofAll() + " for all pods of the node");
            pod.close();
            return;
        }
        pod.configureBlocking(false);
        pod.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connections.add(new PodConnection(pod, selector, now));
        ofPods.merge(client, 1, Integer::sum);
    }

    /** Closes what is late, and all when the port is closed. */
    private void sweep(Instant now) {
        boolean closing = !isOpen();
        for (PodConnection connection : List.copyOf(connections)) {
            if (closing || connection.isLate(now)) {
                end(connection);
            }
        }
        if (now.isAfter(forgotten)) {
            logged.clear();
            forgotten = now.plusSeconds(60);
        }
    }

    private void end(PodConnection connection) {
        connection.close();
        if (connections.remove(connection)) {
            ofPods.computeIfPresent(connection.address(), (pod, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** The same line once a minute. */
    private void logOnce(String line) {
        if (logged.size() < LOGGED_AT_ONCE && logged.add(line)) {
            log.accept(line);
        }
    }
}
