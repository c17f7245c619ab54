package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** Without quotes it is a boolean, and the API server refuses the object. */
public final class LabelValue implements Rule {

    @Override
    public About about() {
        return About.error(
                "C15",
                "use-label-value",
                "The label azure.workload.identity/use has another value than the string true",
                "Write azure.workload.identity/use: \"true\", with quotes",
                "Azure/azure-workload-identity#1249");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Problem problem : context.manifests().problems()) {
            if (problem.kind() == Problem.Kind.WRONG_TYPE && problem.path().endsWith("labels." + Keys.USE)) {
                report.add(
                        about().severity(),
                        problem.position(),
                        problem.object(),
                        "the value is a boolean and must be a string: the API server refuses the object",
                        "Write: " + Keys.USE + ": \"true\"",
                        new Edit(problem.position(), "true", "\"true\""));
            }
        }
        for (PodSource pod : context.pods()) {
            FieldLocation label = pod.label(Keys.USE);
            String value = label.text();
            if (label.exists() && !value.equals("true") && !value.equals("false") && !Value.isTemplated(value)) {
                String message = "the value is " + Value.quoted(value) + ", and only \"true\" counts";
                String remedy = "Write: " + Keys.USE + ": \"true\"";
                if (value.equalsIgnoreCase("true")) {
                    report.add(label, message, remedy, Edit.value(label, "\"true\""));
                } else {
                    report.add(label, message, remedy);
                }
            }
        }
    }
}
