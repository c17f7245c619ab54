package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.fault.Faults;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.nmi.ApiServer;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.plan.ActualCluster;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The ports on which NMI listens: one for each pod whose requests it catches, one for the node itself, and one for
 * probes and metrics. In a real cluster the one for the node is for its pods. Thread-safe.
 */
final class NmiServers {

    private static final String PORT = ":40000";
    private static final Duration LOST = Duration.ofHours(1);

    private final Nmi nmi;
    private final Profile profile;
    private final PodAddresses addresses;
    private final Faults faults;
    private final Listeners listeners;
    private final Consumer<String> log;
    private final LoopbackServer host;
    private final LoopbackServer observed;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final Map<ObjectName, LoopbackServer> pods = new HashMap<>();

    /** @throws java.io.UncheckedIOException if no port can be had */
    NmiServers(
            Nmi nmi,
            Profile profile,
            PodAddresses addresses,
            Faults faults,
            Listeners listeners,
            Consumer<String> log) {
        this.nmi = nmi;
        this.profile = profile;
        this.addresses = addresses;
        this.faults = faults;
        this.listeners = listeners;
        this.log = log;
        this.host = listeners.open(PortName.NMI_HOST, "nmi").asGo();
        this.observed = listeners.open(PortName.NMI_OBSERVED, "nmi").asGo();
        addresses.nodes().ifPresentOrElse(this::serveNodes, () -> host.serve(nmi.seenFrom("127.0.0.1" + PORT)));
        observed.serve(nmi.observed());
    }

    private void serveNodes(ProxyAuthentication nodes) {
        Endpoint asked = request -> nmi.seenFrom(request.connection().client()).answer(request);
        host.serveProxied(faults.before(Faults.Server.NMI, asked, null), this::record, nodes);
    }

    /** By the pod that NMI has found at the client's address. */
    private void record(String server, Request request, Answer answer) {
        listeners.recorder().of(addresses.nameAt(request.connection().client())).seen(server, request, answer);
    }

    /**
     * Begins to serve new pods and stops serving those that are gone.
     *
     * @throws java.io.UncheckedIOException if no port can be had
     */
    void serve(List<Pod> present) {
        if (addresses.areReal()) {
            return;
        }
        var names = present.stream().filter(Nmi::intercepts).map(Pod::name).toList();
        synchronized (lock) {
            pods.forEach((name, server) -> {
                if (!names.contains(name)) {
                    listeners.close(server);
                }
            });
            pods.keySet().retainAll(names);
            names.forEach(name -> pods.computeIfAbsent(name, this::open));
        }
    }

    private LoopbackServer open(ObjectName pod) {
        LoopbackServer server = listeners.openForPod("nmi", pod).asGo();
        server.serve(endpoint(pod));
        return server;
    }

    private Endpoint endpoint(ObjectName pod) {
        String own = addresses.of(pod);
        Endpoint asked = request -> isBlocked(pod)
                ? lost(pod)
                : nmi.seenFrom(faults.nextCaller().orElse(own) + PORT).answer(request);
        return faults.before(Faults.Server.NMI, new LeadingSlash(asked, pod, log), null);
    }

    private boolean isBlocked(ObjectName name) {
        Cluster now = addresses.cluster();
        return now.pod(name)
                .flatMap(pod -> new EgressPolicies(now, profile).blocking(pod))
                .isPresent();
    }

    /** A policy drops packets, so that a client waits as long as it can. */
    private Answer lost(ObjectName pod) {
        log.accept("a NetworkPolicy keeps pod " + pod + " from NMI, so this request is never answered");
        return Answer.empty(504).after(LOST);
    }

    /** The metadata service as the pod sees it, unless the pod is on the node's network. */
    Optional<URI> of(ObjectName pod) {
        synchronized (lock) {
            return Optional.ofNullable(pods.get(pod)).map(this::uri);
        }
    }

    URI host() {
        return uri(host);
    }

    URI observed() {
        return uri(observed);
    }

    private URI uri(LoopbackServer server) {
        return listeners.exposed(server, "127.0.0.1");
    }

    /**
     * The API server; without a real one it gives each pod an address that only NMI's log shows. Thread-safe.
     */
    static final class PodAddresses implements ApiServer {

        private static final int FIRST = 4;

        private final LiveCluster live;
        private final Optional<ActualCluster> actual;
        private final Map<ObjectName, String> addresses = new ConcurrentHashMap<>();
        /** By the address at which NMI has last found them. */
        private final Map<String, ObjectName> found = new ConcurrentHashMap<>();

        PodAddresses(LiveCluster live, Optional<ActualCluster> actual) {
            this.live = live;
            this.actual = actual;
        }

        /** Whether pods have addresses of their own. */
        boolean areReal() {
            return actual.isPresent();
        }

        /** Who may say from which pod a request comes; empty without pods that have addresses of their own. */
        Optional<ProxyAuthentication> nodes() {
            return actual.map(ActualCluster::nodes);
        }

        /** Always the same for a pod. */
        String of(ObjectName pod) {
            return addresses.computeIfAbsent(pod, name -> {
                int number = FIRST + addresses.size();
                return "10.244." + number / 256 % 255 + "." + number % 256;
            });
        }

        /** The pod that NMI has found there, else the address. */
        String nameAt(String remote) {
            String ip = remote.substring(0, remote.indexOf(':'));
            return Optional.ofNullable(found.get(ip)).map(ObjectName::toString).orElse(ip);
        }

        @Override
        public Cluster cluster() {
            return live.now();
        }

        @Override
        public List<Pod> podsAt(String ip) {
            if (actual.isPresent()) {
                List<Pod> real = actual.get().podsAt(ip);
                real.forEach(pod -> found.put(ip, pod.name()));
                return real;
            }
            List<Pod> pods = live.now().pods();
            if (ip.equals(Faults.AMBIGUOUS)) {
                return pods.stream()
                        .limit(1)
                        .flatMap(pod -> Stream.of(
                                pod, Pod.of(pod.namespace(), pod.name().name() + "-old", pod.labels())))
                        .toList();
            }
            return pods.stream()
                    .filter(pod -> ip.equals(addresses.get(pod.name())))
                    .toList();
        }
    }
}
