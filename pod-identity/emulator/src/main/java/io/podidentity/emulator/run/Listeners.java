// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.history.RequestRecorder;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.server.Limits;
import io.podidentity.emulator.server.LoopbackServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens servers where {@link Places} says, and knows by which address a client reaches each of them. Thread-safe.
 * Lifecycle: {@link #close()} ends all servers that were opened.
 */
final class Listeners implements AutoCloseable {

    private static final int LAST_PORT = 65_535;

    private final Places places;
    private final SSLContext tls;
    private final RequestRecorder recorder;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final List<LoopbackServer> servers = new ArrayList<>();

    /** Those that only programs of this machine reach. */
    private final Set<LoopbackServer> hidden = ConcurrentHashMap.newKeySet();

    Listeners(Places places, SSLContext tls, RequestRecorder recorder) {
        this.places = places;
        this.tls = tls;
        this.recorder = recorder;
    }

    /** @throws UncheckedIOException if the port is taken, or clients have no way to it */
    LoopbackServer open(PortName port, String name) {
        return open(name, port, null, limits(port));
    }

    /** The same over TLS. */
    LoopbackServer openSecure(PortName port, String name) {
        return open(name, port, tls, limits(port));
    }

    /** Servers of a cluster's pods are those of which some are hidden from the pods. */
    private Limits limits(PortName port) {
        if (!places.hidden().isEmpty()) {
            return port == PortName.NMI_HOST ? Limits.OF_NODES : Limits.OF_A_CLUSTER;
        }
        return port == PortName.STORAGE ? Limits.OF_STORAGE : Limits.OF_THE_EMULATOR;
    }

    private LoopbackServer open(String name, PortName port, @Nullable SSLContext security, Limits limits) {
        LoopbackServer server = open(name, places.bind(port), places.port(port), security, limits, recorder);
        if (places.hidden().contains(port)) {
            hidden.add(server);
        }
        return server;
    }

    /**
     * Opens one more port, for a pod.
     *
     * @throws UncheckedIOException if the port is taken, or clients have no way to it
     */
    LoopbackServer openForPod(String name, ObjectName pod) {
        synchronized (lock) {
            List<Integer> taken = servers.stream().map(LoopbackServer::port).toList();
            int port = places.firstOfPods();
            while (port > 0 && taken.contains(port)) {
                port++;
            }
            if (port > LAST_PORT) {
                throw new UncheckedIOException(new IOException("There are not enough ports for all pods"));
            }
            return open(name, places.bind(), port, null, Limits.OF_THE_EMULATOR, recorder.of(pod.toString()));
        }
    }

    private LoopbackServer open(
            String name,
            InetAddress address,
            int port,
            @Nullable SSLContext security,
            Limits limits,
            RequestRecorder recorded) {
        if (port > 0) {
            // Fails before a client is told of an address that leads nowhere.
            places.exposedPort(port);
        }
        LoopbackServer server = LoopbackServer.bind(name, address, port, security, limits, recorded);
        synchronized (lock) {
            servers.add(server);
        }
        return server.knownAs(places.names());
    }

    RequestRecorder recorder() {
        return recorder;
    }

    /** Ends one server; the next new pod may have its port. */
    void close(LoopbackServer server) {
        server.close();
        synchronized (lock) {
            servers.remove(server);
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            servers.forEach(LoopbackServer::close);
        }
    }

    /**
     * The address that clients are told.
     *
     * @param usualHost the loopback name in it, unless clients come by another host
     */
    URI exposed(LoopbackServer server, String usualHost) {
        if (hidden.contains(server)) {
            return server.uri(usualHost);
        }
        return server.uri(places.host(usualHost), places.exposedPort(server.port()));
    }

    /** The address of Entra ID that clients are told. */
    URI exposedEntra(LoopbackServer server) {
        return places.entra().orElseGet(() -> exposed(server, "localhost"));
    }

    /** The address for a client in this process. */
    URI local(LoopbackServer server, String usualHost) {
        return server.uri(hidden.contains(server) ? usualHost : places.localHost(usualHost));
    }
}
