package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** AKS keeps webhooks from the pods of kube-system. */
public final class SystemNamespace implements Rule {

    @Override
    public About about() {
        return About.error(
                "C18",
                "system-namespace",
                "A pod with workload identity is in kube-system",
                "Put it into a namespace of your own",
                "Azure/azure-workload-identity#1249");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            if (pod.label(Keys.USE).text().equals("true")
                    && pod.pod().namespace().equals("kube-system")) {
                report.add(
                        pod.label(Keys.USE),
                        "AKS does not show pods of kube-system to the webhook",
                        about().remedy() + ".");
            }
        }
    }
}
