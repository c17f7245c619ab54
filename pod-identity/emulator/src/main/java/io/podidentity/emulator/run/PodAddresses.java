// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.fault.FaultPlan;
import io.podidentity.emulator.nmi.ApiServer;
import io.podidentity.emulator.plan.ActualCluster;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which pod has which address, as NMI asks the API server. Without a real cluster this class gives each pod an address,
 * which only NMI's log shows. Thread-safe.
 */
final class PodAddresses implements ApiServer {

    /** Those before it are the node's own. */
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
        return addresses.computeIfAbsent(pod, name -> nextAddress());
    }

    private String nextAddress() {
        int number = FIRST + addresses.size();
        return "10.244." + number / 256 % 255 + "." + number % 256;
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
            return realPodsAt(ip, actual.get());
        }
        List<Pod> pods = live.now().pods();
        if (ip.equals(FaultPlan.ADDRESS_OF_TWO_PODS)) {
            return pods.stream().findFirst().map(PodAddresses::withNamesake).orElse(List.of());
        }
        return pods.stream().filter(pod -> ip.equals(addresses.get(pod.name()))).toList();
    }

    private List<Pod> realPodsAt(String ip, ActualCluster cluster) {
        List<Pod> pods = cluster.podsAt(ip);
        pods.forEach(pod -> found.put(ip, pod.name()));
        return pods;
    }

    /** As when the API server still has a pod whose address another one has got. */
    private static List<Pod> withNamesake(Pod pod) {
        return List.of(pod, Pod.of(pod.namespace(), pod.name().name() + "-old", pod.labels()));
    }
}
