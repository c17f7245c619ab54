package io.podidentity.podid.check.rules.network;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** LocalDNS answers on the node at these addresses, so to allow the pods of kube-dns is not enough. */
public final class LocalDnsBlocked implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C12",
                "network-policy-blocks-local-dns",
                "A NetworkPolicy leaves a pod without DNS on nodes with AKS's LocalDNS",
                "Allow port 53, UDP and TCP, to 169.254.10.10/32 and 169.254.10.11/32 too",
                "Azure/aad-pod-identity#417");
    }

    @Override
    public void check(RuleContext context, Report report) {
        var blocked = new BlockedPods();
        for (PodSource pod : IdentityPods.of(context)) {
            EgressOfPod egress = EgressOfPod.of(context, pod);
            if (egress.isRestricted()
                    && egress.any(rule -> rule.hasPort(53, "UDP"))
                    && !egress.any(rule -> rule.allows("169.254.10.11", 53, "UDP"))) {
                blocked.add(pod, egress);
            }
        }
        blocked.report(report, " cannot reach AKS's LocalDNS, which answers at 169.254.10.10 and 169.254.10.11", """
            Add to the peers of the DNS rule:
            - ipBlock: {cidr: 169.254.10.10/32}
            - ipBlock: {cidr: 169.254.10.11/32}\
            """);
    }
}
