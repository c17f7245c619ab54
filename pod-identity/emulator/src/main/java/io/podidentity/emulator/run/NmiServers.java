// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.fault.FaultPlan;
import io.podidentity.emulator.fault.FaultPlan.Server;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The ports on which NMI listens: one for each pod whose requests it catches, one for the node itself, and one for
 * probes and metrics. With addresses of a real cluster, all pods use the one for the node. Thread-safe.
 */
final class NmiServers {

    private static final String LOCALHOST = "127.0.0.1";

    private final Nmi nmi;
    private final Profile profile;
    private final PodAddresses addresses;
    private final FaultPlan faults;
    private final Listeners listeners;
    private final Consumer<String> log;
    private final LoopbackServer host;
    private final LoopbackServer probes;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final Map<ObjectName, LoopbackServer> pods = new HashMap<>();

    /** @throws java.io.UncheckedIOException if no port can be had */
    NmiServers(
            Nmi nmi,
            Profile profile,
            PodAddresses addresses,
            FaultPlan faults,
            Listeners listeners,
            Consumer<String> log) {
        this.nmi = nmi;
        this.profile = profile;
        this.addresses = addresses;
        this.faults = faults;
        this.listeners = listeners;
        this.log = log;
        this.host = listeners.open(PortName.NMI_HOST, "nmi").asGo();
        this.probes = listeners.open(PortName.NMI_OBSERVED, "nmi").asGo();
        addresses.nodes().ifPresentOrElse(this::serveNodes, this::serveHost);
        probes.serve(nmi.probesAndMetrics());
    }

    /**
     * What the request of a pod passes on its way to NMI, in this order. Ordered answers come first, so that no policy
     * replaces them. The filter for the address also takes the faults that order another address.
     */
    private List<RequestFilter> filtersOf(ObjectName pod) {
        return List.of(
                faults.filter(Server.NMI),
                new LeadingSlash(pod, log),
                new NetworkPolicyFilter(pod, addresses::cluster, profile, log),
                new CallerFilter(addresses.of(pod), faults::takeCaller));
    }

    /** The same for the pods of a real cluster, whose addresses the nodes say. */
    private List<RequestFilter> filtersOfNodes() {
        return List.of(faults.filter(Server.NMI));
    }

    /** The same for a program on the node itself. */
    private static List<RequestFilter> filtersOfHost() {
        return List.of(new CallerFilter(LOCALHOST, Optional::empty));
    }

    private Endpoint throughFilters(List<RequestFilter> filters) {
        return RequestFilter.chain(filters, nmi);
    }

    private void serveHost() {
        host.serve(throughFilters(filtersOfHost()));
    }

    private void serveNodes(ProxyAuthentication nodes) {
        host.serveProxied(throughFilters(filtersOfNodes()), this::record, nodes);
    }

    /** Records a request under the pod that NMI has found at the client's address. */
    private void record(String server, Request request, Answer answer) {
        String pod = addresses.nameAt(request.connection().client());
        listeners.recorder().of(pod).seen(server, request, answer);
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
        Set<ObjectName> names =
                present.stream().filter(Nmi::intercepts).map(Pod::name).collect(Collectors.toCollection(TreeSet::new));
        synchronized (lock) {
            Map<ObjectName, LoopbackServer> gone = new TreeMap<>(pods);
            gone.keySet().removeAll(names);
            gone.values().forEach(listeners::close);
            pods.keySet().retainAll(names);
            names.forEach(name -> pods.computeIfAbsent(name, this::open));
        }
    }

    private LoopbackServer open(ObjectName pod) {
        LoopbackServer server = listeners.openForPod("nmi", pod).asGo();
        server.serve(throughFilters(filtersOf(pod)));
        return server;
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

    URI probes() {
        return uri(probes);
    }

    private URI uri(LoopbackServer server) {
        return listeners.exposed(server, LOCALHOST);
    }
}
