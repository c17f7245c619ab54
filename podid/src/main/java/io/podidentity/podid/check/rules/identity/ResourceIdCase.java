package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.regex.Pattern;

/** Harmless, unless a request names the identity by resource ID, which NMI compares exactly from 1.6.0 on. */
public final class ResourceIdCase implements Rule {

    @Override
    public About about() {
        return About.info(
                "C1",
                "resource-id-case",
                "The resource ID is spelt in a letter case that neither az nor the portal prints",
                "Copy the resource ID as az identity show prints it",
                "Azure/aad-pod-identity#583");
    }

    private static final Pattern USUAL =
            Pattern.compile("/subscriptions/[^/]+/resource[gG]roups/[^/]+/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/[^/]+");

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            String id = identity.resourceId();
            if (identity.isManagedIdentity()
                    && Value.isFinal(id)
                    && ResourceIdShape.of(id).reason() == null
                    && !USUAL.matcher(id).matches()) {
                FieldLocation field = context.location(identity).at("spec").like("resourceID");
                report.add(
                        field,
                        field.key() + " is in an unusual letter case; a request with msi_res_id must have the same",
                        about().remedy() + ".");
            }
        }
    }
}
