package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;

/** MIC ignores such an identity from 1.6.0 on; before, Resource Manager refuses it. */
public final class MalformedResourceId implements Rule {

    @Override
    public About about() {
        return About.error(
                "C1",
                "resource-id-malformed",
                "The resource ID of a managed identity is not one",
                "Write what az identity show -g GROUP -n NAME --query id -o tsv prints",
                "Azure/aad-pod-identity#556",
                "Azure/aad-pod-identity#583",
                "Azure/aad-pod-identity#1088",
                "Azure/aad-pod-identity#230");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            String id = identity.resourceId();
            ResourceIdShape shape = ResourceIdShape.of(id);
            if (!identity.isManagedIdentity() || !Value.isFinal(id) || shape.reason() == null) {
                continue;
            }
            FieldLocation field = context.location(identity).at("spec").like("resourceID");
            String corrected = shape.corrected();
            String fate = context.matcher().isIgnored(identity)
                    ? "; MIC ignores the identity"
                    : "; Azure refuses it, whatever MIC says";
            if (corrected == null) {
                report.add(field, field.key() + " is malformed: " + shape.reason() + fate, about().remedy() + ".");
            } else {
                report.add(
                        field,
                        field.key() + " is malformed: " + shape.reason() + fate,
                        "Write: " + field.key() + ": " + corrected,
                        Edit.value(field, corrected));
            }
        }
    }
}
