package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.Optional;

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
    public void check(RuleContext context, Report report) {
        for (Problem problem : context.manifests().problems()) {
            if (problem.kind() != Problem.Kind.WRONG_TYPE || isOfAnotherRule(problem)) {
                continue;
            }
            Optional<FieldLocation> secretData = secretData(context, problem);
            if (secretData.isPresent()) {
                checkBase64(report, secretData.get(), problem);
            } else {
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

    /** The field of a secret that the problem is about. */
    private static Optional<FieldLocation> secretData(RuleContext context, Problem problem) {
        return context.kind("Secret").stream()
                .filter(secret -> secret.object().equals(problem.object())
                        && secret.position().equals(problem.position()))
                .flatMap(secret -> secret.at("data").fields().stream())
                .filter(field -> field.path().equals(problem.path()))
                .findFirst();
    }

    /** A placeholder is another rule's, and what a tool puts in cannot be judged. */
    private static void checkBase64(Report report, FieldLocation field, Problem problem) {
        if (!Value.isTemplated(field.text()) && !Placeholder.isInsteadOfBase64(field.text())) {
            report.add(
                    field,
                    problem.message(),
                    "Write what printf %s VALUE | base64 -w0 prints, or put the value itself below stringData.");
        }
    }

    private static boolean isOfAnotherRule(Problem problem) {
        return problem.path().equals("spec.type") || problem.path().endsWith("labels." + Keys.USE);
    }
}
