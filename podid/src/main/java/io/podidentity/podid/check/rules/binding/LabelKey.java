package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** The key is compared exactly. */
public final class LabelKey implements Rule {

    @Override
    public About about() {
        return About.error(
                "C3",
                "label-key",
                "The key of a label is nearly aadpodidbinding",
                "Write aadpodidbinding",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasNmi()) {
            return;
        }
        for (PodSource pod : context.pods()) {
            FieldLocation labels = pod.template().at("metadata", "labels");
            for (String key : labels.keys()) {
                if (ClosestMatch.isNear(key, Pod.BINDING_LABEL)
                        && !labels.keys().contains(Pod.BINDING_LABEL)) {
                    report.add(
                            labels.at(key),
                            "the key is " + key + " and must be " + Pod.BINDING_LABEL,
                            "Write: " + Pod.BINDING_LABEL + ": "
                                    + labels.at(key).text(),
                            Edit.key(labels.at(key).position(), key, Pod.BINDING_LABEL));
                }
            }
        }
    }
}
