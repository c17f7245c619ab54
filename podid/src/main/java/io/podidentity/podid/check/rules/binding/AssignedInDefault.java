package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** Unless namespaces are forced; so kubectl get azureassignedidentity in the pod's namespace finds nothing. */
public final class AssignedInDefault implements Rule {

    @Override
    public About about() {
        return About.info(
                "C6",
                "assigned-identity-in-default",
                "MIC writes the assigned identity into the namespace default",
                "Look for it with kubectl get azureassignedidentities -n default",
                "Azure/aad-pod-identity#607");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasMic() || context.rules().forceNamespaced()) {
            return;
        }
        for (PodSource pod : context.labelledPods()) {
            if (!pod.pod().namespace().equals("default")
                    && !context.match(pod).identities().isEmpty()) {
                report.add(
                        pod.label(Pod.BINDING_LABEL),
                        "its AzureAssignedIdentity will be in the namespace default, not in "
                                + pod.pod().namespace(),
                        about().remedy() + ".");
            }
        }
    }
}
