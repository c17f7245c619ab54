package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** In managed mode, with --forceNamespaced, and for annotated identities. */
public final class OtherNamespace implements Rule {

    @Override
    public About about() {
        return About.error(
                "C6",
                "namespace-mismatch",
                "Pod, binding and identity must share a namespace here, and do not",
                "Put binding and identity into the pod's namespace",
                "Azure/aad-pod-identity#607",
                "Azure/aad-pod-identity#475");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            PodMatch match = context.match(pod);
            for (Candidate candidate : match.candidates()) {
                if (candidate.obstacle() == Obstacle.OTHER_NAMESPACE
                        && match.identities().isEmpty()) {
                    report.add(
                            pod.label(Pod.BINDING_LABEL),
                            "binding " + candidate.binding().name() + " is for pods of "
                                    + candidate.binding().namespace() + " only",
                            "Put the binding and its identity into " + pod.pod().namespace() + ".");
                }
            }
        }
    }
}
