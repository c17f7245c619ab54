package io.podidentity.podid.check.rules.azure;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.Optional;

/** Needs az identity list in the folder of --azure. MIC puts one on the node, and the pod asks for the other. */
public final class IdsOfTwo implements Rule {

    @Override
    public About about() {
        return About.error(
                "C16",
                "identity-ids-differ",
                "The resource ID and the client ID are of two identities",
                "Write both of one identity, as az identity show prints them",
                "Azure/aad-pod-identity#175");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            Optional<CloudIdentity> byClientId = context.azure().identity(identity.clientId());
            if (identity.isManagedIdentity()
                    && byClientId.isPresent()
                    && !byClientId.get().resourceId().equalsIgnoreCase(identity.resourceId())) {
                FieldLocation field = context.location(identity).at("spec").like("resourceID");
                report.add(
                        field,
                        "the client ID is that of " + byClientId.get().name()
                                + ", and the resource ID is another one's",
                        "Write: " + field.key() + ": " + byClientId.get().resourceId()
                                + ", or the other identity's client ID.");
            }
        }
    }
}
