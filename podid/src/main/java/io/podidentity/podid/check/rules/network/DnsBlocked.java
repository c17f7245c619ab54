package io.podidentity.podid.check.rules.network;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** Neither Entra ID nor the resource can then be found. */
public final class DnsBlocked implements Rule {

    @Override
    public About about() {
        return About.error(
                "C12",
                "network-policy-blocks-dns",
                "A NetworkPolicy leaves a pod without DNS",
                "Allow port 53, UDP and TCP, to the pods k8s-app: kube-dns in kube-system",
                "Azure/aad-pod-identity#417");
    }

    @Override
    public void check(RuleContext context, Report report) {
        var blocked = new BlockedPods();
        for (PodSource pod : IdentityPods.of(context)) {
            EgressOfPod egress = EgressOfPod.of(context, pod);
            if (egress.isRestricted() && !egress.any(rule -> rule.hasPort(53, "UDP"))) {
                blocked.add(pod, egress);
            }
        }
        blocked.report(report, " cannot ask any DNS server", """
            Add to egress:
            - to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
              ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\
            """);
    }
}
