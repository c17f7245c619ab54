package io.podidentity.podid.check.rules.azure;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A client ID that manifests name.
 *
 * @param managed whether it must be a managed identity; otherwise it may be an application
 */
record NamedIdentity(FieldLocation location, String clientId, boolean managed) {

    static List<NamedIdentity> all(RuleContext context) {
        var named = new ArrayList<NamedIdentity>();
        for (AzureIdentity identity : context.cluster().identities()) {
            if (identity.isManagedIdentity() && Value.isGuid(identity.clientId())) {
                named.add(new NamedIdentity(
                        context.location(identity).at("spec").like("clientID"), identity.clientId(), true));
            }
        }
        for (FieldLocation account : context.kind("ServiceAccount")) {
            FieldLocation annotation = account.at("metadata", "annotations", Keys.CLIENT_ID);
            if (Value.isGuid(annotation.text())) {
                named.add(new NamedIdentity(annotation, annotation.text(), false));
            }
        }
        return named;
    }

    /** The managed identity, if it is known. */
    Optional<CloudIdentity> in(RuleContext context) {
        return context.azure().identity(clientId);
    }
}
