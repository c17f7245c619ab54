package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;

/** A name that fits nothing is ignored, and the container gets the identity. */
public final class SkippedContainers implements Rule {

    @Override
    public About about() {
        return About.error(
                "C17",
                "skip-containers",
                "The annotation skip-containers names a container that does not exist",
                "Write names of the pod's containers, separated by semicolons",
                "Azure/azure-workload-identity#791");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation annotation = pod.annotation(Keys.SKIP_CONTAINERS);
            if (!Verdict.isAsked(pod) || Value.isTemplated(annotation.text())) {
                continue;
            }
            List<String> names = pod.containers().stream()
                    .map(container -> container.at("name").text())
                    .toList();
            for (String skipped : annotation.text().split(";", -1)) {
                String name = skipped.strip();
                if (!name.isEmpty() && !names.contains(name)) {
                    report.add(
                            annotation,
                            "there is no container " + Value.quoted(name) + "; the pod has " + String.join(", ", names),
                            name.contains(",")
                                    ? "Separate the names by semicolons."
                                    : ClosestMatch.of(name, names)
                                            .map(near -> "Did you mean " + near + "?")
                                            .orElse(about().remedy() + "."));
                }
            }
        }
    }
}
