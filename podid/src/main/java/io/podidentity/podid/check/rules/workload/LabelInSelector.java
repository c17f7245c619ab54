package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** The selector of a Deployment cannot be changed, so an update of an existing one is refused. */
public final class LabelInSelector implements Rule {

    @Override
    public About about() {
        return About.error(
                "C15",
                "use-label-in-selector",
                "The label azure.workload.identity/use is part of the workload's selector",
                "Remove it from spec.selector.matchLabels; the pod template keeps it",
                "Azure/azure-workload-identity#691",
                "Azure/azure-workload-identity#1025");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation label = pod.manifest().at("spec", "selector", "matchLabels", Keys.USE);
            if (label.exists()) {
                report.add(
                        label,
                        "the selector of a " + pod.kind()
                                + " cannot be changed, so to add or remove this label later is refused",
                        about().remedy() + ".");
            }
        }
    }
}
