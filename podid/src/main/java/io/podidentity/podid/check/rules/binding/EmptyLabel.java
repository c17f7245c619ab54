package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;

/** An empty label never matches where MIC runs. */
public final class EmptyLabel implements Rule {

    @Override
    public About about() {
        return About.error(
                "C4",
                "label-empty",
                "The label aadpodidbinding is empty",
                "Write the selector of a binding",
                "Azure/aad-pod-identity#175");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.profile().hasNmi() ? context.pods() : List.<PodSource>of()) {
            if (pod.pod().bindingLabel().filter(String::isEmpty).isPresent()) {
                report.add(
                        pod.label(Pod.BINDING_LABEL),
                        "the label is empty, so it matches nothing",
                        about().remedy() + ".");
            }
        }
    }
}
