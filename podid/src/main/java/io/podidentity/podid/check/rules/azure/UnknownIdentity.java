package io.podidentity.podid.check.rules.azure;

import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Value;
import java.util.List;
import java.util.Optional;

/**
 * Needs az identity list in the folder of --azure. A service account may also name an application, so there it is a
 * warning.
 */
public final class UnknownIdentity implements Rule {

    @Override
    public About about() {
        return About.error(
                "C16",
                "identity-not-in-azure",
                "No managed identity has the client ID",
                "Write the clientId that az identity list prints",
                "Azure/azure-workload-identity#340",
                "MicrosoftDocs/azure-docs#108526");
    }

    @Override
    public void check(RuleContext context, Report report) {
        Optional<List<CloudIdentity>> identities = context.azure().identities();
        if (identities.isEmpty()) {
            return;
        }
        for (NamedIdentity named : NamedIdentity.all(context)) {
            boolean isObjectId = identities.get().stream()
                    .anyMatch(identity -> identity.principalId().equalsIgnoreCase(named.clientId()));
            if (named.in(context).isEmpty() && !isObjectId && !Value.isPlaceholder(named.clientId())) {
                report.add(
                        named.managed() ? Severity.ERROR : Severity.WARNING,
                        named.location(),
                        "none of the " + identities.get().size() + " managed identities has the client ID "
                                + named.clientId(),
                        about().remedy()
                                + "; or the list is of another subscription: az identity list --subscription ID.");
            }
        }
    }
}
