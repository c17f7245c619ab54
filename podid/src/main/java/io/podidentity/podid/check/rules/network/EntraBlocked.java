package io.podidentity.podid.check.rules.network;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** The pod itself exchanges its token there; with pod identity NMI does. */
public final class EntraBlocked implements Rule {

    @Override
    public About about() {
        return About.error(
                "C12",
                "network-policy-blocks-entra",
                "A NetworkPolicy keeps a pod with workload identity from Entra ID",
                "Allow TCP 443 to the internet: login.microsoftonline.com has no fixed addresses",
                "Azure/azure-workload-identity#576");
    }

    @Override
    public void check(RuleContext context, Report report) {
        var blocked = new BlockedPods();
        for (PodSource pod : IdentityPods.of(context)) {
            EgressOfPod egress = EgressOfPod.of(context, pod);
            if (IdentityPods.isWorkloadIdentity(pod)
                    && egress.isRestricted()
                    && !pod.hasVariable("HTTPS_PROXY")
                    && !pod.hasVariable("https_proxy")
                    && !egress.any(rule -> rule.allowsPublic(443))) {
                blocked.add(pod, egress);
            }
        }
        blocked.report(report, " cannot reach login.microsoftonline.com, where the token is exchanged", """
            Add to egress:
            - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]
              ports: [{protocol: TCP, port: 443}]\
            """);
    }
}
