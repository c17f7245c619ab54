package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;

/** Azure answers that there is no such identity, or AADSTS700016. */
public final class ClientIdForm implements Rule {

    @Override
    public About about() {
        return About.error(
                "C9",
                "client-id-not-guid",
                "A client ID or tenant ID is something else",
                "Write what az identity show -g GROUP -n NAME --query clientId -o tsv prints",
                "Azure/aad-pod-identity#175",
                "MicrosoftDocs/azure-docs#108526");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            FieldLocation spec = context.location(identity).at("spec");
            check(report, spec.like("clientID"), identity.clientId());
        }
        for (FieldLocation account : context.kind("ServiceAccount")) {
            check(
                    report,
                    account.at("metadata", "annotations", Keys.CLIENT_ID),
                    account.at("metadata", "annotations", Keys.CLIENT_ID).text());
        }
    }

    private void check(Report report, FieldLocation field, String value) {
        if (!Value.isFinal(value) || Value.isGuid(value)) {
            return;
        }
        boolean padded = Value.isGuid(value.strip());
        String what = padded
                ? "has white space around it"
                : value.contains("/")
                        ? "is a resource ID or an address, not a client ID"
                        : "is not a GUID: " + Value.quoted(value);
        if (padded) {
            report.add(
                    field,
                    field.key() + " " + what,
                    "Write: " + name(field) + ": " + value.strip(),
                    Edit.value(field, value.strip()));
        } else {
            report.add(field, name(field) + " " + what, about().remedy() + ".");
        }
    }

    /** Keys of annotations have dots themselves. */
    private static String name(FieldLocation field) {
        return field.path().endsWith(Keys.CLIENT_ID) ? Keys.CLIENT_ID : field.key();
    }
}
