package io.podidentity.podid.check.rules.azure;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/**
 * Needs az identity list and federated-credential list in the folder of --azure. Entra ID says AADSTS70021 or 700213.
 */
public final class CredentialMissing implements Rule {

    @Override
    public About about() {
        return About.error(
                "C16",
                "federated-credential-missing",
                "The identity does not trust the service account",
                "Create a federated credential for the cluster's issuer and the service account",
                "Azure/azure-workload-identity#340",
                "Azure/azure-workload-identity#977");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            if (trust.isRefused()
                    && trust.ofOtherIssuer().isEmpty()
                    && trust.ofNearSubject().isEmpty()) {
                report.add(
                        trust.place(),
                        "identity " + trust.identity().name() + " has no federated credential for " + trust.subject()
                                + (trust.credentials().isEmpty() ? "; it has none at all" : ""),
                        "Run: " + trust.command("create", trust.subject().replaceFirst(".*:(.*):(.*)", "$1-$2")));
            }
        }
    }
}
