// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.util.List;

/** Service principals as objects of Microsoft Graph. */
final class GraphPrincipals {

    static final ResourceId COLLECTION = ResourceId.parse("/v1.0/servicePrincipals");

    private GraphPrincipals() {}

    static ResourceId path(String objectId) {
        return ResourceId.parse(COLLECTION.text() + "/" + objectId);
    }

    /** A service principal, whose object ID comes from its client ID as the emulator's tokens have it. */
    static Resource describe(String appId, String name, String type) {
        return describe(ObjectIds.of(appId), appId, name, type);
    }

    /** @param type such as {@code Application} and {@code ManagedIdentity} */
    static Resource describe(String objectId, String appId, String name, String type) {
        return Resource.ready(
                path(objectId),
                Document.EMPTY
                        .with("id", objectId)
                        .with("appId", appId)
                        .with("displayName", name)
                        .with("servicePrincipalType", type)
                        .with("servicePrincipalNames", List.of(appId)));
    }
}
