package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** NMI asks the API server for a secret of an empty name, or in an empty namespace. */
public final class SecretReferenceIncomplete implements Rule {

    @Override
    public About about() {
        return About.error(
                "C8",
                "secret-reference-incomplete",
                "The reference to a secret lacks its name or its namespace",
                "Write both; no namespace is assumed",
                "Azure/aad-pod-identity#646",
                "Azure/aad-pod-identity#184");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            FieldLocation reference = context.location(identity).at("spec").like("clientPassword");
            if (identity.isManagedIdentity() || !reference.exists()) {
                continue;
            }
            check(report, reference, "name", identity.clientPassword().name(), "NAME");
            check(report, reference, "namespace", identity.clientPassword().namespace(), identity.namespace());
        }
    }

    private static void check(Report report, FieldLocation reference, String field, String value, String example) {
        // A name in the wrong letter case is another rule's.
        if (value.isEmpty()
                && (reference.at(field).exists() || !reference.like(field).exists())) {
            report.add(reference, reference.key() + " has no " + field, "Add: " + field + ": " + example);
        }
    }
}
