package io.podidentity.podid.check.rules;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.RuleFamily;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What network policies keep a pod from that needs it for its token. */
final class NetworkPolicyRules extends RuleFamily {

    private static final int NMI = 2579;

    NetworkPolicyRules() {
        super(
                About.error("C12", "network-policy-blocks-dns")
                        .says("A NetworkPolicy leaves a pod without DNS")
                        .remedy("Allow port 53, UDP and TCP, to the pods k8s-app: kube-dns in kube-system")
                        .prevents("aad-pod-identity#417"),
                About.error("C12", "network-policy-blocks-entra")
                        .says("A NetworkPolicy keeps a pod with workload identity from Entra ID")
                        .remedy("Allow TCP 443 to the internet: login.microsoftonline.com has no fixed addresses")
                        .prevents("azure-workload-identity#576"),
                About.warning("C12", "network-policy-blocks-local-dns")
                        .says("A NetworkPolicy leaves a pod without DNS on nodes with AKS's LocalDNS")
                        .remedy("Allow port 53, UDP and TCP, to 169.254.10.10/32 and 169.254.10.11/32 too")
                        .prevents("aad-pod-identity#417"),
                About.error("C12", "network-policy-blocks-nmi")
                        .says("A NetworkPolicy keeps a pod from NMI")
                        .remedy("Allow TCP 2579 to 127.0.0.1/32; before 1.6.2 to the addresses of the nodes")
                        .prevents(
                                "aad-pod-identity#716",
                                "aad-pod-identity#821",
                                "aad-pod-identity#1195",
                                "aad-pod-identity#417"));
    }

    @Override
    protected void check(RuleContext context, Reports reports) {
        networkPolicyBlocksDns(context, reports.of("network-policy-blocks-dns"));
        networkPolicyBlocksEntra(context, reports.of("network-policy-blocks-entra"));
        networkPolicyBlocksLocalDns(context, reports.of("network-policy-blocks-local-dns"));
        networkPolicyBlocksNmi(context, reports.of("network-policy-blocks-nmi"));
    }

    /** Neither Entra ID nor the resource can then be found. */
    private static void networkPolicyBlocksDns(RuleContext context, Report report) {
        BlockedPods.of(context, identityPods(context), egress -> !egress.hasPort(53, "UDP"))
                .report(report, " cannot ask any DNS server", """
            Add to egress:
            - to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
              ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\
            """);
    }

    /** The pod itself exchanges its token there; with pod identity NMI does. */
    private static void networkPolicyBlocksEntra(RuleContext context, Report report) {
        Stream<PodSource> direct = identityPods(context)
                .filter(PodSource::usesWorkloadIdentity)
                .filter(pod -> !pod.hasVariable("HTTPS_PROXY") && !pod.hasVariable("https_proxy"));
        BlockedPods.of(context, direct, egress -> !egress.allowsPublic(443))
                .report(report, " cannot reach login.microsoftonline.com, where the token is exchanged", """
            Add to egress:
            - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]
              ports: [{protocol: TCP, port: 443}]\
            """);
    }

    /** LocalDNS answers on the node at these addresses, so to allow the pods of kube-dns is not enough. */
    private static void networkPolicyBlocksLocalDns(RuleContext context, Report report) {
        BlockedPods.of(
                        context,
                        identityPods(context),
                        egress -> egress.hasPort(53, "UDP") && !egress.allows("169.254.10.11", 53, "UDP"))
                .report(report, " cannot reach AKS's LocalDNS, which answers at 169.254.10.10 and 169.254.10.11", """
            Add to the peers of the DNS rule:
            - ipBlock: {cidr: 169.254.10.10/32}
            - ipBlock: {cidr: 169.254.10.11/32}\
            """);
    }

    /** The node rewrites the address before policies are looked at, so to allow 169.254.169.254 does not help. */
    private static void networkPolicyBlocksNmi(RuleContext context, Report report) {
        boolean loopback = context.profile().isAtLeast(1, 6, 2);
        Stream<PodSource> seen =
                context.labelledPods().stream().filter(pod -> Replay.reachesNmi(pod.pod(), context.rules()));
        BlockedPods.of(
                        context,
                        seen,
                        egress -> loopback ? !egress.allows("127.0.0.1", NMI, "TCP") : !egress.allowsNodes(NMI))
                .report(report, " cannot reach NMI, and allowing 169.254.169.254 does not help", """
            Add to egress:
            - to: [{ipBlock: {cidr: %s}}]
              ports: [{protocol: TCP, port: 2579}]\
            """.formatted(
                                loopback ? "127.0.0.1/32" : "NODE_RANGE"));
    }

    /** The pods that get an identity, one way or the other. */
    private static Stream<PodSource> identityPods(RuleContext context) {
        return context.pods().stream()
                .filter(pod -> !pod.pod().spec().hostNetwork())
                .filter(pod -> pod.usesWorkloadIdentity() || (context.profile().hasNmi() && pod.asksForBinding()));
    }

    /** Pods that policies keep from something, grouped by the policy where it is reported. */
    private static final class BlockedPods {

        private static final int NAMED = 3;

        private final Map<Position, List<String>> names = new LinkedHashMap<>();
        private final Map<Position, FieldLocation> places = new LinkedHashMap<>();

        private BlockedPods() {}

        /** @param isBlocked asked about pods that policies restrict */
        static BlockedPods of(RuleContext context, Stream<PodSource> pods, Predicate<EgressOfPod> isBlocked) {
            var blocked = new BlockedPods();
            pods.forEach(pod -> {
                EgressOfPod egress = EgressOfPod.of(context, pod);
                if (egress.isRestricted() && isBlocked.test(egress)) {
                    // A rule that is missing would be added to the first of them.
                    FieldLocation policy = context.location(egress.policies().get(0));
                    blocked.places.putIfAbsent(policy.position(), policy.at("spec", "egress"));
                    blocked.names
                            .computeIfAbsent(policy.position(), one -> new ArrayList<>())
                            .add(pod.pod().name().toString());
                }
            });
            return blocked;
        }

        /** Reports each policy once; {@code message} follows the names of the pods. */
        void report(Report report, String message, String remedy) {
            places.forEach((policy, place) ->
                    report.add(place, some(names.getOrDefault(policy, List.of())) + message, remedy));
        }

        private static String some(List<String> pods) {
            String first = pods.stream().limit(NAMED).collect(Collectors.joining(", "));
            return (pods.size() == 1 ? "pod " : "pods ")
                    + first
                    + (pods.size() > NAMED ? " and " + (pods.size() - NAMED) + " more" : "");
        }
    }
}
