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
        BUILT_IN_ROLES.forEach((guid, name) -> store.put(definition(guid, name)));
    }

    private static Resource definition(String guid, String name) {
        ResourceId id = ResourceId.parse(
                ResourceId.SUBSCRIPTION + "/providers/Microsoft.Authorization/roleDefinitions/" + guid);
        return Resource.ready(
                id,
                Document.describing(id)
                        .withProperty("roleName", name)
                        .withProperty("type", "BuiltInRole")
                        .withProperty("assignableScopes", List.of("/")));
    }

    /**
     * Describes the assignment that is to be created.
     *
     * @throws ArmException if Azure would refuse it
     */
    Creation make(ResourceId id, Document asked) {
        String role = requireRole(asked);
        String principalId = principalId(asked);
        requirePrincipal(principalId);
        requireNoSameAssignment(id, principalId, role);
        Creation creation = Creation.of(asked.withProperty("scope", id.parent().text()));
        Optional<BlobRole> granted = blobRole(asked);
        if (granted.isEmpty()) {
            return creation;
        }
        return creation.withEffect(() -> grant(principalId, granted.get()));
    }

    private void grant(String principalId, BlobRole role) {
        directory.roles().assign(principalId, role, Duration.ZERO);
    }

    /** Takes the blob role away that an assignment has given, if it has given one. */
    void withdraw(Resource assignment) {
        Document body = assignment.body();
        blobRole(body).ifPresent(role -> directory.roles().withdraw(principalId(body), role));
    }

    private static String requireRole(Document assignment) {
        return roleName(assignment)
                .orElseThrow(() -> new ArmException(
                        400,
                        "RoleDefinitionDoesNotExist",
                        "The specified role definition '" + definitionId(assignment) + "' does not exist."));
    }

    private void requirePrincipal(String principalId) {
        boolean isUser = directory.user().objectId().equalsIgnoreCase(principalId);
        if (!isUser && !store.contains(GraphPrincipals.path(principalId))) {
            throw new ArmException(
                    400,
                    "PrincipalNotFound",
                    "Principal " + principalId + " does not exist in the directory " + directory.tenantId()
                            + ". Check that you have the correct principal ID.");
        }
    }

    private void requireNoSameAssignment(ResourceId id, String principalId, String role) {
        for (Resource other : store.listWithin(id.owner())) {
            boolean isSame = principalId(other.body()).equalsIgnoreCase(principalId)
                    && roleName(other.body()).equals(Optional.of(role));
            // The same path again is a change of that assignment.
            if (isSame && !other.id().key().equals(id.key())) {
                throw new ArmException(
                        409,
                        "RoleAssignmentExists",
                        "The role assignment already exists. The ID of the existing role assignment is "
                                + other.id().name().replace("-", "") + ".");
            }
        }
    }

    private static Optional<BlobRole> blobRole(Document assignment) {
        Optional<String> name = roleName(assignment);
        return Arrays.stream(BlobRole.values())
                .filter(role -> name.equals(Optional.of(role.displayName())))
                .findFirst();
    }

    /** By the GUID of its definition, at whichever scope that is named; empty if there is no such role. */
    private static Optional<String> roleName(Document assignment) {
        String definition = definitionId(assignment).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(
                BUILT_IN_ROLES.get(ResourceId.parse(definition).name()));
    }

    private static String definitionId(Document assignment) {
        return assignment.properties().text("roleDefinitionId");
    }

    private static String principalId(Document assignment) {
        return assignment.properties().text("principalId");
    }
}
