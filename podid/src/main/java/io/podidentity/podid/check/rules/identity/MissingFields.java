package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** Nothing is required by the schema, so nobody says so. */
public final class MissingFields implements Rule {

    @Override
    public About about() {
        return About.error(
                "C7",
                "identity-field-missing",
                "An identity lacks a field that its type needs",
                "Type 0 needs resourceID and clientID; types 1 and 2 need tenantID, clientID and clientPassword",
                "Azure/aad-pod-identity#646",
                "Azure/aad-pod-identity#184",
                "Azure/aad-pod-identity#60");
    }

    private static final String SHOW = "az identity show -g GROUP -n NAME --query ";

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            FieldLocation spec = context.location(identity).at("spec");
            if (identity.isManagedIdentity()) {
                need(
                        report,
                        spec,
                        identity,
                        "resourceID",
                        identity.resourceId(),
                        "Add what " + SHOW + "id -o tsv prints.");
                need(
                        report,
                        spec,
                        identity,
                        "clientID",
                        identity.clientId(),
                        "Add what " + SHOW + "clientId -o tsv prints.");
            } else {
                need(report, spec, identity, "clientID", identity.clientId(), "Add the application's client ID.");
                need(
                        report,
                        spec,
                        identity,
                        "tenantID",
                        identity.tenantId(),
                        "Add what az account show --query tenantId -o tsv prints.");
                String password = identity.clientPassword().name()
                        + identity.clientPassword().namespace();
                if (!isInOtherCase(spec.at("clientPassword"), "name")) {
                    need(
                            report,
                            spec,
                            identity,
                            "clientPassword",
                            password,
                            "Name the Secret: clientPassword: {name: NAME, namespace: " + identity.namespace() + "}");
                }
            }
        }
    }

    /** A name in the wrong letter case is another rule's. */
    private static boolean isInOtherCase(FieldLocation parent, String field) {
        return !parent.at(field).exists() && parent.like(field).exists();
    }

    private static void need(
            Report report, FieldLocation spec, AzureIdentity identity, String field, String value, String remedy) {
        if (value.isEmpty() && !isInOtherCase(spec, field)) {
            report.add(
                    spec.at(field),
                    "type " + identity.type() + " needs " + field + ", which is empty or missing",
                    remedy);
        }
    }
}
