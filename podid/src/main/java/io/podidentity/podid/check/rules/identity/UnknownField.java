package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.manifest.Problem;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.List;

/** As the wrong letter case, but the name itself is wrong. */
public final class UnknownField implements Rule {

    @Override
    public About about() {
        return About.error(
                "C2",
                "unknown-field",
                "A field does not exist",
                "Remove the field, or write the name that was meant",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    private static final List<String> FIELDS = List.of(
            "type",
            "resourceID",
            "clientID",
            "clientPassword",
            "tenantID",
            "auxiliaryTenantIDs",
            "adResourceID",
            "adEndpoint",
            "azureIdentity",
            "selector",
            "podLabels",
            "name",
            "namespace");

    @Override
    public void check(RuleContext context, Report report) {
        for (Problem problem : context.manifests().problems()) {
            if (problem.kind() == Problem.Kind.UNKNOWN_FIELD) {
                String name = problem.path().substring(problem.path().lastIndexOf('.') + 1);
                report.add(
                        about().severity(),
                        problem.position(),
                        problem.object(),
                        problem.message(),
                        ClosestMatch.of(name, FIELDS)
                                .map(meant -> "Did you mean " + meant + ":?")
                                .orElse("Remove it."));
            }
        }
    }
}
