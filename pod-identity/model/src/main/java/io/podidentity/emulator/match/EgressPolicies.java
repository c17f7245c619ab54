// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.NetworkPolicy.Egress;
import io.podidentity.emulator.cluster.NetworkPolicy.Port;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import java.util.List;
import java.util.Optional;

/**
 * Whether network policies let pods reach what gives them tokens: NMI, or else Entra ID. All policies that select a pod
 * add up; one that restricts closes everything that none of them opens. Immutable.
 *
 * @since 0.1.0
 */
public record EgressPolicies(Cluster cluster, Profile profile) {

    private static final int NMI_PORT = 2579;
    private static final int HTTPS = 443;
    private static final Ipv4Range LOOPBACK = Ipv4Range.of("127.0.0.0/8").orElseThrow();
    private static final Ipv4Range LINK_LOCAL = Ipv4Range.of("169.254.0.0/16").orElseThrow();
    private static final String NMI = "127.0.0.1";
    /** One of the addresses of login.microsoftonline.com. */
    private static final String ENTRA = "20.190.128.1";

    /** The first policy that keeps the pod from its tokens; empty if none does. */
    public Optional<NetworkPolicy> blocking(Pod pod) {
        if (pod.spec().hostNetwork()) {
            return Optional.empty();
        }
        List<NetworkPolicy> restricting = cluster.all(NetworkPolicy.class).stream()
                .filter(policy -> policy.restrictsEgress() && policy.selects(pod))
                .toList();
        boolean opened =
                restricting.stream().flatMap(policy -> policy.egress().stream()).anyMatch(this::opens);
        return opened ? Optional.empty() : restricting.stream().findFirst();
    }

    public String target() {
        return profile.hasNmi() ? "NMI" : "Entra ID";
    }

    /** What a rule must open, as the remedy says it. */
    public String needed() {
        if (!profile.hasNmi()) {
            return "0.0.0.0/0, TCP port " + HTTPS + ", for Entra ID";
        }
        // The nodes' addresses were NMI's until it listened on the loopback address alone.
        return (listensOnLoopback() ? NMI + "/32" : "the nodes' addresses") + ", TCP port " + NMI_PORT + ", for NMI";
    }

    private boolean listensOnLoopback() {
        return profile.isAtLeast(1, 6, 2);
    }

    private boolean opens(Egress rule) {
        return opensPort(rule) && (rule.anywhere() || opensAddress(rule));
    }

    private boolean opensPort(Egress rule) {
        int wanted = profile.hasNmi() ? NMI_PORT : HTTPS;
        return rule.ports().isEmpty() || rule.ports().stream().anyMatch(port -> isFor(port, wanted));
    }

    private static boolean isFor(Port port, int number) {
        if (!port.protocol().equals("TCP")) {
            return false;
        }
        if (!port.port().matches("[0-9]{1,5}")) {
            return port.port().isEmpty();
        }
        int from = Integer.parseInt(port.port());
        long to = port.endPort() == 0 ? from : port.endPort();
        return from <= number && number <= to;
    }

    private boolean opensAddress(Egress rule) {
        if (profile.hasNmi() && !listensOnLoopback()) {
            // Which addresses the nodes have is not in the manifests.
            return rule.cidrs().stream()
                    .flatMap(cidr -> Ipv4Range.of(cidr).stream())
                    .anyMatch(range -> !LOOPBACK.contains(range) && !LINK_LOCAL.contains(range));
        }
        Ipv4Range address = Ipv4Range.of(profile.hasNmi() ? NMI : ENTRA).orElseThrow();
        return isInOneOf(rule.cidrs(), address) && !isInOneOf(rule.except(), address);
    }

    private static boolean isInOneOf(List<String> cidrs, Ipv4Range address) {
        return cidrs.stream().flatMap(cidr -> Ipv4Range.of(cidr).stream()).anyMatch(range -> range.contains(address));
    }
}
