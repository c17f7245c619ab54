package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.RoleAssignments;
import java.time.Duration;

/** Role assignments. An assigned blob role lets its principal read blobs here, whichever account it is for. */
final class AssignmentsOfRoles implements ResourceType {

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

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
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

    @Override
    public void made(ArmResource resource) {
        BuiltInRole.of(role(resource.body()))
                .flatMap(BuiltInRole::blobRole)
                .ifPresent(role -> blobRoles.assign(principal(resource.body()), role, Duration.ZERO));
    }

    @Override
    public void removed(ArmResource resource) {
        BuiltInRole.of(role(resource.body()))
                .flatMap(BuiltInRole::blobRole)
                .ifPresent(role -> blobRoles.withdraw(principal(resource.body()), role));
    }

    private static String principal(Document assignment) {
        return assignment.properties().text("principalId").orElse("");
    }

    private static String role(Document assignment) {
        return assignment.properties().text("roleDefinitionId").orElse("");
    }
}
