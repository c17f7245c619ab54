package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.BlobRole;
import io.podidentity.emulator.directory.RoleAssignments;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.time.Duration;
import java.util.Optional;

/** Role assignments. An assigned blob role lets its principal read blobs here, whichever account it is for. */
final class AssignmentsOfRoles {

    static final String NAME = "Microsoft.Authorization/roleAssignments";

    private final ResourceStore store;
    private final GraphPrincipals principals;
    private final RoleAssignments blobRoles;
    private final String tenantId;

    AssignmentsOfRoles(ResourceStore store, GraphPrincipals principals, RoleAssignments blobRoles, String tenantId) {
        this.store = store;
        this.principals = principals;
        this.blobRoles = blobRoles;
        this.tenantId = tenantId;
    }

    Document complete(ResourceId id, Document asked) {
        String principal = principal(asked);
        String role = role(asked);
        if (BuiltInRole.of(role).isEmpty()) {
            throw new ArmException(
                    400, "RoleDefinitionDoesNotExist", "The specified role definition '" + role + "' does not exist.");
        }
        if (!principals.exists(principal)) {
            throw new ArmException(
                    400,
                    "PrincipalNotFound",
                    "Principal " + principal + " does not exist in the directory " + tenantId
                            + ". Check that you have the correct principal ID.");
        }
        store.in(id.parent(), id.type()).stream()
                .filter(other -> other.id().parent().key().equals(id.parent().key()))
                .filter(other -> principal(other.body()).equalsIgnoreCase(principal))
                .filter(other -> role(other.body()).equalsIgnoreCase(role))
                .filter(other -> !other.id().key().equals(id.key()))
                .findFirst()
                .ifPresent(same -> {
                    throw new ArmException(
                            409,
                            "RoleAssignmentExists",
                            "The role assignment already exists. The ID of the existing role assignment is "
                                    + same.id().name().replace("-", "") + ".");
                });
        return asked.withProperty("scope", id.parent().text());
    }

    void made(Resource resource) {
        blobRole(resource).ifPresent(role -> blobRoles.assign(principal(resource.body()), role, Duration.ZERO));
    }

    void removed(Resource resource) {
        blobRole(resource).ifPresent(role -> blobRoles.withdraw(principal(resource.body()), role));
    }

    private static Optional<BlobRole> blobRole(Resource assignment) {
        return BuiltInRole.of(role(assignment.body())).flatMap(BuiltInRole::blobRole);
    }

    private static String principal(Document assignment) {
        return assignment.properties().text("principalId").orElse("");
    }

    private static String role(Document assignment) {
        return assignment.properties().text("roleDefinitionId").orElse("");
    }
}
