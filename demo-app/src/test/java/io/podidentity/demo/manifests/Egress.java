// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.manifests;

import static io.podidentity.demo.manifests.Rendered.at;
import static io.podidentity.demo.manifests.Rendered.list;
import static io.podidentity.demo.manifests.Rendered.object;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the policies of a rendered file allow its pod to reach, as far as the manifests use policies. Engines differ in
 * one point: Calico compares every address with a rule's block. Cilium knows the node's own addresses as "host" and
 * those of pods by their labels, and compares only the rest with blocks (docs.cilium.io, "IP/CIDR based" and
 * "Entities based" policies).
 */
final class Egress {

    enum Engine {
        /** No engine: policies are stored and not enforced. */
        NONE,
        CALICO,
        CILIUM
    }

    /**
     * Where a connection goes.
     *
     * @param address an IPv4 address
     * @param ofNode whether it is an address of the pod's own node, such as LocalDNS
     * @param labels the labels of the pod behind it; empty if it is no pod
     */
    record Peer(String address, boolean ofNode, Map<String, Object> labels) {}

    private final Rendered rendered;
    private final Engine engine;

    Egress(Rendered rendered, Engine engine) {
        this.rendered = rendered;
        this.engine = engine;
    }

    boolean allows(Peer peer, String protocol, int port) {
        if (engine == Engine.NONE) {
            return true;
        }
        boolean byPolicy = rules("NetworkPolicy")
                .anyMatch(rule -> list(rule.get("to")).stream().anyMatch(to -> matches(object(to), peer))
                        && opens(list(rule.get("ports")), protocol, port));
        return byPolicy || (engine == Engine.CILIUM && byCilium(peer, protocol, port));
    }

    private boolean byCilium(Peer peer, String protocol, int port) {
        return peer.ofNode()
                && rules("CiliumNetworkPolicy")
                        .anyMatch(rule -> list(rule.get("toEntities")).contains("host")
                                && list(rule.get("toPorts")).stream()
                                        .anyMatch(ports ->
                                                opens(list(object(ports).get("ports")), protocol, port)));
    }

    private Stream<Map<String, Object>> rules(String kind) {
        return rendered.manifests().stream()
                .filter(manifest -> kind.equals(manifest.get("kind")))
                .flatMap(policy -> list(at(policy, "spec.egress")).stream())
                .map(Rendered::object);
    }

    private boolean matches(Map<String, Object> to, Peer peer) {
        if (to.containsKey("podSelector")) {
            return !peer.labels().isEmpty()
                    && peer.labels()
                            .entrySet()
                            .containsAll(
                                    object(at(to, "podSelector.matchLabels")).entrySet());
        }
        if (engine == Engine.CILIUM && (peer.ofNode() || !peer.labels().isEmpty())) {
            return false;
        }
        Map<String, Object> block = object(to.get("ipBlock"));
        List<Object> except = block.containsKey("except") ? list(block.get("except")) : List.of();
        return contains(block.get("cidr"), peer.address())
                && except.stream().noneMatch(cidr -> contains(cidr, peer.address()));
    }

    private static boolean opens(List<Object> ports, String protocol, int port) {
        return ports.stream()
                .map(Rendered::object)
                .anyMatch(open -> open.get("protocol").equals(protocol)
                        && open.get("port").toString().equals(Integer.toString(port)));
    }

    private static boolean contains(Object cidr, String address) {
        String[] parts = cidr.toString().split("/", -1);
        int hostBits = 32 - Integer.parseInt(parts[1]);
        return (number(parts[0]) >> hostBits) == (number(address) >> hostBits);
    }

    private static long number(String address) {
        long number = 0;
        for (String part : address.split("\\.", -1)) {
            number = (number << 8) | Integer.parseInt(part);
        }
        return number;
    }
}
