// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Network policies that keep a pod from what it needs for its token. */
final class NetworkPolicyRules extends RuleFamily {

    /** How many pods a message names at most. */
    private static final int MAX_NAMED = 3;

    private final Report networkPolicyBlocksDns = error("C12", "network-policy-blocks-dns", "aad-pod-identity#417")
            .says("A NetworkPolicy leaves a pod without DNS")
            .remedy("Allow port 53, UDP and TCP, to the pods k8s-app: kube-dns in kube-system");
    private final Report networkPolicyBlocksEntra = error(
                    "C12", "network-policy-blocks-entra", "azure-workload-identity#576")
            .says("A NetworkPolicy keeps a pod with workload identity from Entra ID")
            .remedy("Allow TCP 443 to the internet: login.microsoftonline.com has no fixed addresses");
    private final Report networkPolicyBlocksLocalDns = warning(
                    "C12", "network-policy-blocks-local-dns", "aad-pod-identity#417")
            .says("A NetworkPolicy leaves a pod without DNS on nodes with AKS's LocalDNS")
            .remedy("Allow port 53, UDP and TCP, to 169.254.10.10/32 and 169.254.10.11/32 too");
    private final Report networkPolicyBlocksNmi = error(
                    "C12",
                    "network-policy-blocks-nmi",
                    "aad-pod-identity#716",
                    "aad-pod-identity#821",
                    "aad-pod-identity#1195",
                    "aad-pod-identity#417")
            .says("A NetworkPolicy keeps a pod from NMI")
            .remedy("Allow TCP 2579 to 127.0.0.1/32; before 1.6.2 to the addresses of the nodes");

    NetworkPolicyRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        networkPolicyBlocksDns();
        networkPolicyBlocksEntra();
        networkPolicyBlocksLocalDns();
        if (context.profile().hasNmi()) {
            networkPolicyBlocksNmi();
        }
    }

    /** Without DNS the pod finds neither Entra ID nor the resource. */
    private void networkPolicyBlocksDns() {
        report(
                networkPolicyBlocksDns,
                podsWithOwnNetwork(),
                blocking(egress -> !egress.hasPort(53, "UDP")),
                " cannot ask any DNS server",
                """
            Add to egress:
            - to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
              ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\
            """);
    }

    /** A pod with workload identity exchanges its token itself; for a pod with pod identity NMI asks Entra ID. */
    private void networkPolicyBlocksEntra() {
        Stream<PodSource> direct = podsWithOwnNetwork()
                .filter(PodSource::usesWorkloadIdentity)
                // Behind a proxy the pod needs the proxy alone, whose address is not known here.
                .filter(pod -> !pod.hasVariable("HTTPS_PROXY") && !pod.hasVariable("https_proxy"));
        String message = " cannot reach login.microsoftonline.com, where the token is exchanged";
        report(networkPolicyBlocksEntra, direct, blocking(egress -> !egress.allowsPublic(443)), message, """
            Add to egress:
            - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]
              ports: [{protocol: TCP, port: 443}]\
            """);
    }

    /** LocalDNS answers on the node at these addresses, so to allow the pods of kube-dns is not enough. */
    private void networkPolicyBlocksLocalDns() {
        // Another rule reports a pod that reaches no DNS server at all.
        Predicate<EgressOfPod> blocks =
                egress -> egress.hasPort(53, "UDP") && !egress.allows("169.254.10.11", 53, "UDP");
        String message = " cannot reach AKS's LocalDNS, which answers at 169.254.10.10 and 169.254.10.11";
        report(networkPolicyBlocksLocalDns, podsWithOwnNetwork(), blocking(blocks), message, """
            Add to the peers of the DNS rule:
            - ipBlock: {cidr: 169.254.10.10/32}
            - ipBlock: {cidr: 169.254.10.11/32}\
            """);
    }

    /** The node rewrites the address before policies are looked at, so to allow 169.254.169.254 does not help. */
    private void networkPolicyBlocksNmi() {
        // NMI listens at the loopback address of its node from 1.6.2 on, and before at all addresses of the node.
        String range = context.profile().isAtLeast(1, 6, 2) ? "127.0.0.1/32" : "NODE_RANGE";
        var policies = new EgressPolicies(context.cluster(), context.profile());
        Stream<PodSource> seen =
                context.labelledPods().stream().filter(pod -> Replay.reachesNmi(pod.pod(), context.rules()));
        String message = " cannot reach NMI, and allowing 169.254.169.254 does not help";
        report(networkPolicyBlocksNmi, seen, pod -> policies.blocking(pod.pod()), message, """
            Add to egress:
            - to: [{ipBlock: {cidr: %s}}]
              ports: [{protocol: TCP, port: 2579}]\
            """.formatted(range));
    }

    private Stream<PodSource> podsWithOwnNetwork() {
        // Network policies are not for pods that use the node's network.
        return context.identityPods().stream().filter(pod -> !pod.pod().spec().hostNetwork());
    }

    private Function<PodSource, Optional<NetworkPolicy>> blocking(Predicate<EgressOfPod> isBlocked) {
        return pod -> findBlocking(pod, isBlocked);
    }

    /** The first of the policies that restrict a pod, since a rule that is missing would be added to that one. */
    private Optional<NetworkPolicy> findBlocking(PodSource pod, Predicate<EgressOfPod> isBlocked) {
        EgressOfPod egress = EgressOfPod.collectPolicies(context, pod);
        if (!isBlocked.test(egress)) {
            return Optional.empty();
        }
        return egress.policies().stream().findFirst();
    }

    /**
     * Reports each policy once; the message follows the names of the pods. Another policy, perhaps in a file that
     * was not read, may allow what this one blocks.
     *
     * @param blocking the policy that keeps a pod from something, if one does
     */
    private void report(
            Report report,
            Stream<PodSource> pods,
            Function<PodSource, Optional<NetworkPolicy>> blocking,
            String message,
            String remedy) {
        Map<NetworkPolicy, List<String>> podsOfPolicy = new LinkedHashMap<>();
        for (PodSource pod : pods.toList()) {
            Optional<NetworkPolicy> policy = blocking.apply(pod);
            if (policy.isPresent()) {
                podsOfPolicy
                        .computeIfAbsent(policy.get(), key -> new ArrayList<>())
                        .add(pod.pod().name().toString());
            }
        }
        podsOfPolicy.forEach((policy, names) -> report.addAbsence(
                context, context.location(policy).at("spec", "egress"), namePods(names) + message, remedy));
    }

    private static String namePods(List<String> names) {
        if (names.size() == 1) {
            return "pod " + names.get(0);
        }
        String first = names.stream().limit(MAX_NAMED).collect(Collectors.joining(", "));
        if (names.size() <= MAX_NAMED) {
            return "pods " + first;
        }
        return "pods " + first + " and " + (names.size() - MAX_NAMED) + " more";
    }
}
