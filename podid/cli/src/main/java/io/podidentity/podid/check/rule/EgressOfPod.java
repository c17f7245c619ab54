// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.NetworkPolicy.Egress;
import io.podidentity.emulator.cluster.NetworkPolicy.Port;
import io.podidentity.emulator.match.Ipv4Range;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What all network policies together let a pod reach: what one of them allows is allowed.
 *
 * @param policies those that select the pod and restrict what it reaches; none restricts nothing
 */
record EgressOfPod(List<NetworkPolicy> policies) {

    /** Ranges that no address of the internet is in: private networks, the host itself, link-local, carrier's NAT. */
    private static final List<Ipv4Range> PRIVATE = parseRanges(List.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"))
            .toList();

    /** The names of ports with which policies usually allow what a token needs. */
    private static final Map<String, Integer> WELL_KNOWN_PORTS = Map.of("dns", 53, "https", 443);

    /** What the policies in the files let the pod reach. */
    static EgressOfPod collectPolicies(RuleContext context, PodSource pod) {
        return new EgressOfPod(context.cluster().all(NetworkPolicy.class).stream()
                .filter(policy -> policy.restrictsEgress() && policy.selects(pod.pod()))
                .toList());
    }

    boolean isClosed(String address, int port) {
        return !policies.isEmpty() && !allows(address, port, "TCP");
    }

    boolean allows(String address, int port, String protocol) {
        return rulesFor(port, protocol).anyMatch(rule -> rule.anywhere() || contains(rule, address));
    }

    private static boolean contains(Egress rule, String address) {
        Ipv4Range wanted = Ipv4Range.of(address).orElseThrow();
        return parseRanges(rule.cidrs()).anyMatch(range -> range.contains(wanted))
                && parseRanges(rule.except()).noneMatch(range -> range.contains(wanted));
    }

    private static Stream<Ipv4Range> parseRanges(List<String> cidrs) {
        return cidrs.stream().flatMap(cidr -> Ipv4Range.of(cidr).stream());
    }

    /** Whether anything lets out on that port: to any pod or any address. */
    boolean hasPort(int port, String protocol) {
        return rulesFor(port, protocol).findAny().isPresent();
    }

    /** Whether the pod reaches addresses of the internet, some at least. */
    boolean allowsPublic(int port) {
        return rulesFor(port, "TCP")
                .anyMatch(rule -> rule.anywhere() || rule.cidrs().stream().anyMatch(EgressOfPod::mayBePublic));
    }

    /** A range that cannot be read, such as one of IPv6, may be anything. */
    private static boolean mayBePublic(String cidr) {
        Optional<Ipv4Range> range = Ipv4Range.of(cidr);
        return range.isEmpty() || PRIVATE.stream().noneMatch(network -> network.contains(range.get()));
    }

    private Stream<Egress> rulesFor(int port, String protocol) {
        return policies.stream()
                .flatMap(policy -> policy.egress().stream())
                .filter(rule -> hasPort(rule, port, protocol));
    }

    /** A rule without ports is for all of them. */
    private static boolean hasPort(Egress rule, int port, String protocol) {
        return rule.ports().isEmpty() || rule.ports().stream().anyMatch(allowed -> includes(allowed, port, protocol));
    }

    private static boolean includes(Port allowed, int port, String protocol) {
        if (!protocol.equals(allowed.protocol())) {
            return false;
        }
        if (allowed.port().isEmpty()) {
            return true;
        }
        // A name is a port of the pods that are reached, which are not known here.
        if (!allowed.port().matches("\\d{1,5}")) {
            return Integer.valueOf(port).equals(WELL_KNOWN_PORTS.get(allowed.port()));
        }
        int first = Integer.parseInt(allowed.port());
        long last = allowed.endPort() == 0 ? first : allowed.endPort();
        return port >= first && port <= last;
    }
}
