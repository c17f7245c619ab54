package io.podidentity.podid.check.rules.azure;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** Needs az identity list and federated-credential list. Entra ID says AADSTS700213. */
public final class CredentialSubject implements Rule {

    @Override
    public About about() {
        return About.error(
                "C16",
                "federated-credential-subject",
                "The identity trusts another subject than the service account",
                "Write system:serviceaccount:NAMESPACE:NAME, in the same letter case and without wildcards",
                "Azure/azure-workload-identity#977",
                "Azure/azure-workload-identity#1126");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            trust.ofNearSubject()
                    .ifPresent(credential -> report.add(
                            trust.place(),
                            "federated credential " + credential.name() + " has the subject " + credential.subject()
                                    + ", and the token's is " + trust.subject()
                                    + (credential.subject().contains("*") ? "; wildcards do not exist" : ""),
                            "Run: " + trust.command("update", credential.name())));
        }
    }
}
