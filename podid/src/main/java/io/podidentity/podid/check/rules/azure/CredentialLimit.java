package io.podidentity.podid.check.rules.azure;

import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** Needs az identity list and federated-credential list. The limit is 20. */
public final class CredentialLimit implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C16",
                "federated-credential-limit",
                "The identity has as many federated credentials as are allowed",
                "Remove those of clusters that are gone, use a second identity, or an AKS identity binding",
                "Azure/azure-workload-identity#1126");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            if (trust.credentials().size() >= FederatedCredentials.LIMIT) {
                report.add(
                        trust.place(),
                        "identity " + trust.identity().name() + " has "
                                + trust.credentials().size() + " federated credentials, and no more can be added",
                        about().remedy() + ".");
            }
        }
    }
}
