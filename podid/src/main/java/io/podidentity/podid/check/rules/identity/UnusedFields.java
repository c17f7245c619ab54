package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** A forgotten type is 0, a managed identity. */
public final class UnusedFields implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C7",
                "identity-field-unused",
                "An identity has fields of another type",
                "Write the type that the fields belong to",
                "Azure/aad-pod-identity#184");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            FieldLocation spec = context.location(identity).at("spec");
            if (identity.isManagedIdentity()
                    && !identity.clientPassword().name().isEmpty()) {
                report.add(
                        spec.like("clientPassword"),
                        "type 0, a managed identity, has no clientPassword; it is not looked at",
                        "If it is a service principal, write: type: 1");
            }
            if (!identity.isManagedIdentity() && !identity.resourceId().isEmpty()) {
                report.add(
                        spec.like("resourceID"),
                        "type " + identity.type() + ", a service principal, has no resourceID; it is not looked at",
                        "If it is a managed identity, write: type: 0");
            }
        }
    }
}
