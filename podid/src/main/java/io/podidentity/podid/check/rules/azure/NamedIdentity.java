package io.podidentity.podid.check.rules.azure;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.rule.Scene;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.Spot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A client ID that manifests name.
 *
 * @param managed whether it must be a managed identity; otherwise it may be an application
 */
record NamedIdentity(Spot spot, String clientId, boolean managed) {

    static List<NamedIdentity> all(Scene scene) {
        var named = new ArrayList<NamedIdentity>();
        for (AzureIdentity identity : scene.cluster().identities()) {
            if (identity.isManagedIdentity() && Value.isGuid(identity.clientId())) {
                named.add(
                        new NamedIdentity(scene.spot(identity).at("spec").like("clientID"), identity.clientId(), true));
            }
        }
        for (Spot account : scene.kind("ServiceAccount")) {
            Spot annotation = account.at("metadata", "annotations", Keys.CLIENT_ID);
            if (Value.isGuid(annotation.text())) {
                named.add(new NamedIdentity(annotation, annotation.text(), false));
            }
        }
        return named;
    }

    /** The managed identity, if it is known. */
    Optional<CloudIdentity> in(Scene scene) {
        return scene.azure().identity(clientId);
    }
}
