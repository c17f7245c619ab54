package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Optional;

/** Pods inherit nothing from their workload's own labels. */
public final class LabelNotOnTemplate implements Rule {

    @Override
    public About about() {
        return About.error(
                "C3",
                "label-not-on-pod-template",
                "The label aadpodidbinding is on the workload and not on its pods",
                "Put the label into the labels of the pod template",
                "Azure/aad-pod-identity#1074",
                "Azure/aad-pod-identity#957");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasNmi()) {
            return;
        }
        for (Manifest manifest : context.manifests().objects()) {
            Optional<List<String>> path = PodSource.templatePath(manifest.kind());
            if (path.isPresent() && !path.get().isEmpty()) {
                check(report, FieldLocation.of(manifest), path.get());
            }
        }
    }

    private static void check(Report report, FieldLocation object, List<String> path) {
        FieldLocation label = object.at("metadata", "labels", Pod.BINDING_LABEL);
        FieldLocation labels = object.at(path).at("metadata", "labels");
        if (!label.exists()
                || labels.at(Pod.BINDING_LABEL).exists()
                // The pods have moved on to workload identity.
                || labels.at(Keys.USE).exists()
                || !object.at(path).exists()) {
            return;
        }
        String line = Pod.BINDING_LABEL + ": " + label.text();
        String message = "the label is on the " + object.at("kind").text() + " itself, and its pods do not inherit it";
        String remedy = "Add to " + String.join(".", path) + ".metadata.labels: " + line;
        if (labels.fields().isEmpty()) {
            report.add(label, message, remedy);
        } else {
            report.add(label, message, remedy, Edit.firstEntry(labels, line));
        }
    }
}
