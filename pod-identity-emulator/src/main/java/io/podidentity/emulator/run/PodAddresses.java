package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.nmi.ApiServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The API server of the emulated cluster; gives each pod an address that only NMI's log shows. Thread-safe. */
final class PodAddresses implements ApiServer {

    /** Of no pod. */
    static final String UNKNOWN = "10.244.255.254";
    /** Of two. */
    static final String AMBIGUOUS = "10.244.255.253";

    private static final int FIRST = 4;

    private final LiveCluster live;
    private final Map<ObjectName, String> addresses = new ConcurrentHashMap<>();

    PodAddresses(LiveCluster live) {
        this.live = live;
    }

    /** Always the same for a pod. */
    String of(ObjectName pod) {
        return addresses.computeIfAbsent(pod, name -> {
            int number = FIRST + addresses.size();
            return "10.244." + number / 256 % 255 + "." + number % 256;
        });
    }

    @Override
    public Cluster cluster() {
        return live.now();
    }

    @Override
    public List<Pod> podsAt(String ip) {
        List<Pod> pods = live.now().pods();
        if (ip.equals(AMBIGUOUS)) {
            return pods.stream()
                    .limit(1)
                    .flatMap(pod ->
                            Stream.of(pod, Pod.of(pod.namespace(), pod.name().name() + "-old", pod.labels())))
                    .toList();
        }
        return pods.stream().filter(pod -> ip.equals(addresses.get(pod.name()))).toList();
    }
}
