// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.NetworkPolicy.Egress;
import io.podidentity.emulator.cluster.NetworkPolicy.Port;
import io.podidentity.emulator.match.Ipv4Range;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all network policies together let a pod reach: what one of them allows is allowed.
 *
 * @param policies those that select the pod and restrict what it reaches; none restricts nothing
 */
record EgressOfPod(List<NetworkPolicy> policies) {

    private static final List<Ipv4Range> PRIVATE = ranges(List.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"))
            .toList();

    /** Of the policies in these files. */
    static EgressOfPod of(RuleContext context, PodSource pod) {
        return new EgressOfPod(context.cluster().all(NetworkPolicy.class).stream()
                .filter(policy -> policy.restrictsEgress() && policy.selects(pod.pod()))
                .toList());
    }

    boolean isClosed(String address, int port) {
        return !policies.isEmpty() && !allows(address, port, "TCP");
    }

    boolean allows(String address, int port, String protocol) {
        return rules(port, protocol).anyMatch(rule -> rule.anywhere() || contains(rule, address));
    }

    private static boolean contains(Egress rule, String address) {
        Ipv4Range wanted = Ipv4Range.of(address).orElseThrow();
        return ranges(rule.cidrs()).anyMatch(range -> range.contains(wanted))
                && ranges(rule.except()).noneMatch(range -> range.contains(wanted));
    }

    private static Stream<Ipv4Range> ranges(List<String> cidrs) {
        return cidrs.stream().flatMap(cidr -> Ipv4Range.of(cidr).stream());
    }

    /** Whether anything lets out on that port: to any pod or any address. */
    boolean hasPort(int port, String protocol) {
        return rules(port, protocol).findAny().isPresent();
    }

    /** Whether the pod reaches addresses of the internet, some at least. */
    boolean allowsPublic(int port) {
        return rules(port, "TCP")
                .anyMatch(rule -> rule.anywhere()
                        || rule.cidrs().stream()
                                .anyMatch(cidr -> Ipv4Range.of(cidr)
                                        .filter(range -> PRIVATE.stream().anyMatch(one -> one.contains(range)))
                                        .isEmpty()));
    }

    private Stream<Egress> rules(int port, String protocol) {
        return policies.stream()
                .flatMap(policy -> policy.egress().stream())
                .filter(rule ->
                        rule.ports().isEmpty() || rule.ports().stream().anyMatch(one -> isPort(one, port, protocol)));
    }

    private static boolean isPort(Port one, int port, String protocol) {
        if (!protocol.equals(one.protocol())) {
            return false;
        }
        // A name is a port of the pods that are reached, which are not known here.
        if (!one.port().matches("\\d{1,5}")) {
            return one.port().isEmpty()
                    || (one.port().equals("dns") && port == 53)
                    || (one.port().equals("https") && port == 443);
        }
        int from = Integer.parseInt(one.port());
        return port >= from && port <= (one.endPort() == 0 ? from : one.endPort());
    }
}
