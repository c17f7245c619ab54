package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** NMI then asks the metadata service for it, and the pod gets the node's identity. */
public final class ExceptionCoversPod implements Rule {

    @Override
    public About about() {
        return About.error(
                "C13",
                "exception-covers-pod",
                "An exception covers a pod that has the label",
                "Remove the label from the pod, or the pod's labels from the exception",
                "Azure/aad-pod-identity#610");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            context.matcher()
                    .bypass(pod.pod())
                    .map(Bypass::exception)
                    .ifPresent(exception -> report.add(
                            pod.label(Pod.BINDING_LABEL),
                            "exception " + exception.name() + " ("
                                    + exception.metadata().position()
                                    + ") covers the pod, so it gets the node's identity and not the bound one",
                            about().remedy() + "."));
        }
    }
}
