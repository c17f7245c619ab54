package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.Map;

/**
 * Which addresses pods may reach.
 *
 * @param podLabels what selects the pods; empty selects all of the namespace
 * @param restrictsEgress whether only what {@code egress} lists is reachable
 */
public record NetworkPolicy(
        Metadata metadata, Map<String, String> podLabels, boolean restrictsEgress, List<Egress> egress)
        implements KubernetesObject {

    /**
     * One rule of what is reachable.
     *
     * @param anywhere whether it names no peer, and so means all
     * @param cidrs address ranges
     * @param ports numbers or names; empty means all
     */
    public record Egress(boolean anywhere, List<String> cidrs, List<String> ports) {

        public Egress {
            cidrs = List.copyOf(cidrs);
            ports = List.copyOf(ports);
        }
    }

    public NetworkPolicy {
        podLabels = Map.copyOf(podLabels);
        egress = List.copyOf(egress);
    }
}
