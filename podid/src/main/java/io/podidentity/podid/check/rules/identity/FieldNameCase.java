package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.manifest.Problem;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** The API server drops the field, or MIC and NMI ignore it, and nothing says so. */
public final class FieldNameCase implements Rule {

    @Override
    public About about() {
        return About.error(
                "C2",
                "field-name-case",
                "A field's name is in a letter case that the version does not know",
                "Since 1.6.0 field names begin with a small letter: resourceID, clientID, selector, azureIdentity",
                "Azure/aad-pod-identity#646",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Problem problem : context.manifests().problems()) {
            if (problem.kind() == Problem.Kind.WRONG_CASE) {
                String name = problem.path().substring(problem.path().lastIndexOf('.') + 1);
                String right = problem.message().substring(problem.message().lastIndexOf('.') + 1);
                report.add(
                        about().severity(),
                        problem.position(),
                        problem.object(),
                        problem.message(),
                        "Write: " + right + ":",
                        Edit.key(problem.position(), name, right));
            }
        }
    }
}
