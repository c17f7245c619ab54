// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Role assignments. An assigned blob role lets its principal read blobs here, whichever account it is for. */
final class ArmRoles {

    static final String TYPE = "microsoft.authorization/roleassignments";

    /** Their GUIDs are the same in every tenant of Azure. */
    private static final Map<String, String> BUILT_IN_ROLES = Map.of(
            "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner",
            "b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor",
            "acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader",
            "7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull",
            "8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush",
            "f1a07417-d97a-45cb-824c-7a7467783830", "Managed Identity Operator",
            "9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor",
            "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader",
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor",
            "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner");

    private final ResourceStore store;
    private final Directory directory;

    ArmRoles(ResourceStore store, Directory directory) {
        this.store = store;
        this.directory = directory;
        BUILT_IN_ROLES.forEach((guid, name) -> {
            ResourceId id = ResourceId.parse(
                    ResourceId.SUBSCRIPTION + "/providers/Microsoft.Authorization/roleDefinitions/" + guid);
            store.put(Resource.of(
                    id,
                    Document.of(id)
                            .withProperty("roleName", name)
                            .withProperty("type", "BuiltInRole")
                            .withProperty("assignableScopes", List.of("/"))));
        });
    }

    /** @throws ArmException if Azure would refuse it */
    Document made(ResourceId id, Document asked, List<Runnable> after) {
        String principal = principal(asked);
        String role = role(asked);
        if (role.isEmpty()) {
            String definition = asked.properties().text("roleDefinitionId");
            String message = "The specified role definition '" + definition + "' does not exist.";
            throw new ArmException(400, "RoleDefinitionDoesNotExist", message);
        }
        if (store.get(GraphEndpoint.principalPath(principal)).isEmpty()
                && !directory.user().objectId().equalsIgnoreCase(principal)) {
            throw new ArmException(
                    400,
                    "PrincipalNotFound",
                    "Principal " + principal + " does not exist in the directory " + directory.tenantId()
                            + ". Check that you have the correct principal ID.");
        }
        store.in(id.owner()).stream()
                .filter(other -> !other.id().key().equals(id.key()))
                .filter(other -> principal(other.body()).equalsIgnoreCase(principal))
                .filter(other -> role(other.body()).equals(role))
                .findFirst()
                .ifPresent(same -> {
                    throw new ArmException(
                            409,
                            "RoleAssignmentExists",
                            "The role assignment already exists. The ID of the existing role assignment is "
                                    + same.id().name().replace("-", "") + ".");
                });
        blobRole(asked).ifPresent(blobs -> after.add(() -> directory.roles().assign(principal, blobs, Duration.ZERO)));
        return asked.withProperty("scope", id.parent().text());
    }

    void removed(Document assignment) {
        blobRole(assignment).ifPresent(role -> directory.roles().withdraw(principal(assignment), role));
    }

    private static Optional<BlobRole> blobRole(Document assignment) {
        return Arrays.stream(BlobRole.values())
                .filter(one -> one.displayName().equals(role(assignment)))
                .findFirst();
    }

    /** By its GUID, at whichever scope its definition is named; empty if there is no such role. */
    private static String role(Document assignment) {
        String definition = assignment.properties().text("roleDefinitionId").toLowerCase(Locale.ROOT);
        return BUILT_IN_ROLES.getOrDefault(ResourceId.parse(definition).name(), "");
    }

    private static String principal(Document assignment) {
        return assignment.properties().text("principalId");
    }
}
