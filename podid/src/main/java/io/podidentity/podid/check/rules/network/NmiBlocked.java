package io.podidentity.podid.check.rules.network;

import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** The node rewrites the address before policies are looked at, so to allow 169.254.169.254 does not help. */
public final class NmiBlocked implements Rule {

    @Override
    public About about() {
        return About.error(
                "C12",
                "network-policy-blocks-nmi",
                "A NetworkPolicy keeps a pod from NMI",
                "Allow TCP 2579 to 127.0.0.1/32; before 1.6.2 to the addresses of the nodes",
                "Azure/aad-pod-identity#716",
                "Azure/aad-pod-identity#821",
                "Azure/aad-pod-identity#1195",
                "Azure/aad-pod-identity#417");
    }

    private static final int PORT = 2579;

    @Override
    public void check(RuleContext context, Report report) {
        boolean loopback = context.profile().isAtLeast(1, 6, 2);
        var blocked = new BlockedPods();
        for (PodSource pod : context.labelledPods()) {
            EgressOfPod egress = EgressOfPod.of(context, pod);
            boolean open = loopback
                    ? egress.any(rule -> rule.allows("127.0.0.1", PORT, "TCP"))
                    : egress.any(rule -> rule.allowsNodes(PORT));
            if (egress.isRestricted() && !open && Replay.reachesNmi(pod.pod(), context.rules())) {
                blocked.add(pod, egress);
            }
        }
        blocked.report(report, " cannot reach NMI, and allowing 169.254.169.254 does not help", """
            Add to egress:
            - to: [{ipBlock: {cidr: %s}}]
              ports: [{protocol: TCP, port: 2579}]\
            """.formatted(
                        loopback ? "127.0.0.1/32" : "NODE_RANGE"));
    }
}
