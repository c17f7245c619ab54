package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** The webhook refuses to create the pod. */
public final class HostNetworkProxy implements Rule {

    @Override
    public About about() {
        return About.error(
                "C10",
                "host-network-proxy",
                "A pod with the proxy sidecar uses the node's network",
                "Remove hostNetwork: true, or the annotation azure.workload.identity/inject-proxy-sidecar",
                "Azure/azure-workload-identity#773");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            if (pod.spec("hostNetwork").text().equals("true")
                    && pod.label(Keys.USE).text().equals("true")
                    && pod.annotation(Keys.INJECT_PROXY).exists()) {
                report.add(
                        pod.spec("hostNetwork"),
                        "the webhook denies a pod that has hostNetwork: true and asks for the proxy sidecar",
                        about().remedy() + ".");
            }
        }
    }
}
