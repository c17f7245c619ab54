package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** MIC and NMI look at labels only. */
public final class LabelAsAnnotation implements Rule {

    @Override
    public About about() {
        return About.error(
                "C3",
                "label-as-annotation",
                "aadpodidbinding is an annotation",
                "Make it a label of the pod",
                "Azure/aad-pod-identity#1074");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasNmi()) {
            return;
        }
        for (PodSource pod : context.pods()) {
            FieldLocation annotation = pod.annotation(Pod.BINDING_LABEL);
            if (annotation.exists() && !pod.label(Pod.BINDING_LABEL).exists()) {
                report.add(
                        annotation,
                        Pod.BINDING_LABEL + " is an annotation here, and only a label counts",
                        "Move it to labels: " + Pod.BINDING_LABEL + ": " + annotation.text());
            }
        }
    }
}
