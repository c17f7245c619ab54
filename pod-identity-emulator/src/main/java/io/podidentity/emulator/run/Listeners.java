package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.history.RequestRecorder;
import io.podidentity.emulator.http.Limits;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.http.RequestListener;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.plan.Places.PortName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Opens servers where {@link Places} says, and knows by which address a client reaches each of them. Thread-safe. */
final class Listeners {

    private static final int LAST_PORT = 65_535;

    private final Places places;
    private final SSLContext tls;
    private final RequestRecorder recorder;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final Set<Integer> portsOfPods = new HashSet<>();

    Listeners(Places places, SSLContext tls, RequestRecorder recorder) {
        this.places = places;
        this.tls = tls;
        this.recorder = recorder;
    }

    /** @throws UncheckedIOException if the port is taken, or clients have no way to it */
    LoopbackServer open(PortName port, String name) {
        return open(name, places.port(port), null, recorder);
    }

    /** The same over TLS. */
    LoopbackServer openSecure(PortName port, String name) {
        return open(name, places.port(port), tls, recorder);
    }

    /**
     * Opens one more port, for a pod.
     *
     * @throws UncheckedIOException if the port is taken, or clients have no way to it
     */
    LoopbackServer openForPod(String name, ObjectName pod) {
        RequestRecorder ofPod = recorder.of(pod.toString());
        if (places.firstOfPods() == 0) {
            return open(name, 0, null, ofPod);
        }
        synchronized (lock) {
            int port = places.firstOfPods();
            while (portsOfPods.contains(port)) {
                port++;
            }
            if (port > LAST_PORT) {
                throw new UncheckedIOException(new IOException("There are not enough ports for all pods"));
            }
            LoopbackServer server = open(name, port, null, ofPod);
            portsOfPods.add(port);
            return server;
        }
    }

    /** Records requests of the pod that is known by then. */
    RequestListener recorder(Supplier<String> pod) {
        return (server, request, answer) -> recorder.of(pod.get()).seen(server, request, answer);
    }

    /** Ends the server of a pod; the next new pod may have its port. */
    void close(LoopbackServer ofPod) {
        ofPod.close();
        synchronized (lock) {
            portsOfPods.remove(ofPod.port());
        }
    }

    private LoopbackServer open(String name, int port, @Nullable SSLContext security, RequestRecorder recorded) {
        if (port > 0) {
            // Fails before a client is told of an address that leads nowhere.
            places.exposedPort(port);
        }
        return LoopbackServer.bind(name, places.bind(), port, security, Limits.OF_THE_EMULATOR, recorded)
                .knownAs(places.names());
    }

    /**
     * The address that clients are told.
     *
     * @param usualHost the loopback name in it, unless clients come by another host
     */
    URI exposed(LoopbackServer server, String usualHost) {
        return server.uri(places.host(usualHost), places.exposedPort(server.port()));
    }

    /** The address of Entra ID that clients are told. */
    URI exposedEntra(LoopbackServer server) {
        return places.entra().orElseGet(() -> exposed(server, "localhost"));
    }

    /** The address for a client in this process. */
    URI local(LoopbackServer server, String usualHost) {
        return server.uri(places.localHost(usualHost));
    }
}
