package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.Scene;

/** The API server refuses the object, so that it does not exist. */
public final class FieldType implements Rule {

    @Override
    public About about() {
        return About.error(
                "C2",
                "field-type",
                "A field's value is of the wrong type",
                "Write a value of the type that the message names",
                "Azure/aad-pod-identity#175");
    }

    @Override
    public void check(Scene scene, Report report) {
        for (Problem problem : scene.manifests().problems()) {
            if (problem.kind() == Problem.Kind.WRONG_TYPE && !isOfAnotherRule(problem)) {
                report.add(
                        about().severity(),
                        problem.position(),
                        problem.object(),
                        problem.message(),
                        problem.path().endsWith("spec.selector")
                                ? "A binding's selector is the value of the label aadpodidbinding, a string: selector:"
                                        + " VALUE"
                                : problem.message().contains("must be of type string")
                                        ? "Put the value in double quotes."
                                        : about().remedy() + ".");
            }
        }
    }

    private static boolean isOfAnotherRule(Problem problem) {
        return problem.path().equals("spec.type") || problem.path().endsWith("labels." + Keys.USE);
    }
}
