// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.directory.ObjectIds;

/**
 * A managed identity that is assigned to the emulated node. Immutable.
 *
 * @param name the name of the Azure resource, not null
 * @param clientId a GUID, not null; what {@code client_id} asks for and {@code appid} in the token
 * @param objectId a GUID, not null; the principal to which roles are assigned
 * @param systemAssigned whether it is the node's own identity, which is used when a request names none
 * @since 0.1.0
 */
public record ManagedIdentity(String name, String clientId, String objectId, boolean systemAssigned) {

    /**
     * Makes an identity of either kind.
     *
     * @throws NullPointerException if an argument is null
     */
    public ManagedIdentity {
        requireNonNull(name, "name");
        requireNonNull(clientId, "clientId");
        requireNonNull(objectId, "objectId");
    }

    /** A user-assigned identity. */
    public ManagedIdentity(String name, String clientId, String objectId) {
        this(name, clientId, objectId, false);
    }

    /** A user-assigned identity of that name, whose IDs are always the same ones. */
    public static ManagedIdentity named(String name) {
        String clientId = ObjectIds.of("client " + name);
        return new ManagedIdentity(name, clientId, ObjectIds.of(clientId));
    }

    /** Its Azure resource ID, by which {@code msi_res_id} asks for it. */
    public String resourceId() {
        String group = "/subscriptions/50d1d000-0000-4000-8000-000000000005/resourceGroups/podid-node/providers/";
        return group
                + (systemAssigned
                        ? "Microsoft.Compute/virtualMachines/" + name
                        : "Microsoft.ManagedIdentity/userAssignedIdentities/" + name);
    }

    NodeIdentity onNode() {
        return new NodeIdentity(clientId, objectId, resourceId(), systemAssigned);
    }
}
