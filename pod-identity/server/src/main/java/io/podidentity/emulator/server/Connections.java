// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The open connections of a server, of which those wait that have sent no whole request since the last one. Where there
 * are too many, the one goes that has waited longest: a client that opens connections and says nothing keeps no place
 * that another one needs.
 *
 * <p>Thread-safety: safe.
 */
final class Connections {

    private final int most;
    private final int mostWaitingOfAPeer;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final Set<Socket> all = new LinkedHashSet<>();

    // @GuardedBy("lock"), the one that has waited longest first
    private final Set<Socket> waiting = new LinkedHashSet<>();

    /**
     * None are open yet.
     *
     * @param most at a time
     * @param ofAPeer how many of one peer can wait, if that is less than three quarters of all
     */
    Connections(int most, int ofAPeer) {
        this.most = most;
        this.mostWaitingOfAPeer = Math.max(1, Math.min(ofAPeer, most * 3 / 4));
    }

    /**
     * Adds a connection, which waits.
     *
     * @return what has to be closed in its place: none, another one, or itself if all others are being answered
     */
    Optional<Socket> add(Socket connection) {
        synchronized (lock) {
            Optional<Socket> out = excessOf(connection.getInetAddress());
            if (out.isEmpty() && all.size() >= most) {
                out = Optional.of(oldest().orElse(connection));
            }
            all.add(connection);
            waiting.add(connection);
            out.ifPresent(this::forget);
            return out;
        }
    }

    // @GuardedBy("lock")
    private Optional<Socket> excessOf(InetAddress peer) {
        List<Socket> own = waiting.stream()
                .filter(connection -> peer.equals(connection.getInetAddress()))
                .toList();
        return own.size() < mostWaitingOfAPeer ? Optional.empty() : Optional.of(own.get(0));
    }

    private Optional<Socket> oldest() {
        synchronized (lock) {
            return waiting.stream().findFirst();
        }
    }

    /** Takes the connection out that has waited longest, for which there is no room. */
    Optional<Socket> removeOldest() {
        synchronized (lock) {
            Optional<Socket> out = oldest();
            out.ifPresent(this::forget);
            return out;
        }
    }

    // @GuardedBy("lock")
    private void forget(Socket connection) {
        all.remove(connection);
        waiting.remove(connection);
    }

    /** It has sent a whole request, which is answered now. */
    void answering(Socket connection) {
        synchronized (lock) {
            waiting.remove(connection);
        }
    }

    /** It is answered, and may send the next request. */
    void answered(Socket connection) {
        synchronized (lock) {
            if (all.contains(connection)) {
                waiting.add(connection);
            }
        }
    }

    void remove(Socket connection) {
        synchronized (lock) {
            forget(connection);
        }
    }

    /** All that are open now. */
    Stream<Socket> stream() {
        synchronized (lock) {
            return new ArrayList<>(all).stream();
        }
    }

    static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception alreadyGone) {
            // It is closed anyway.
        }
    }
}
