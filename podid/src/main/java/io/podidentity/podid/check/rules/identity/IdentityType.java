package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** Types are numbers; type 2 exists from 1.6.2 on. */
public final class IdentityType implements Rule {

    @Override
    public About about() {
        return About.error(
                "C7",
                "identity-type",
                "The type of an identity is not 0, 1 or 2",
                "Write type: 0 for a managed identity, type: 1 for a service principal with a secret, type: 2 with a"
                        + " certificate",
                "Azure/aad-pod-identity#184");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Problem problem : context.manifests().problems()) {
            if (problem.kind() == Problem.Kind.WRONG_TYPE && problem.path().equals("spec.type")) {
                report.add(
                        about().severity(),
                        problem.position(),
                        problem.object(),
                        problem.message(),
                        unquoted(context, problem));
            }
        }
        for (AzureIdentity identity : context.cluster().identities()) {
            FieldLocation field = context.location(identity).at("spec").like("type");
            if (identity.type() < 0 || identity.type() > 2) {
                report.add(field, "there is no type " + identity.type(), about().remedy() + ".");
            } else if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE
                    && !context.profile().isAtLeast(1, 6, 2)) {
                report.add(
                        field,
                        "type 2 does not exist before 1.6.2",
                        "Use a secret instead of a certificate (type: 1), or a newer version.");
            }
        }
    }

    private String unquoted(RuleContext context, Problem problem) {
        return context.kind("AzureIdentity").stream()
                .filter(identity -> identity.object().equals(problem.object()))
                .map(identity -> identity.at("spec", "type").text())
                .filter(text -> text.matches("[012]"))
                .findFirst()
                .map(text -> "Write it without quotes: type: " + text)
                .orElse(about().remedy() + ".");
    }
}
