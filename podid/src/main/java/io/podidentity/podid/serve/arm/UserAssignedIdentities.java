package io.podidentity.podid.serve.arm;

import io.podidentity.podid.serve.arm.GraphPrincipals.Principal;

/** User-assigned managed identities: each brings a service principal with it. */
final class UserAssignedIdentities implements ResourceType {

    private final GraphPrincipals principals;
    private final String tenantId;

    UserAssignedIdentities(GraphPrincipals principals, String tenantId) {
        this.principals = principals;
        this.tenantId = tenantId;
    }

    @Override
    public String name() {
        return "Microsoft.ManagedIdentity/userAssignedIdentities";
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        // Azure spells the group's segment so here, and nowhere else.
        return asked.with("id", id.text().replace("/resourceGroups/", "/resourcegroups/"))
                .withProperty("tenantId", tenantId)
                .withProperty("principalId", id.guid("principal"))
                .withProperty("clientId", id.guid("client"));
    }

    @Override
    public void made(ArmResource resource) {
        ResourceId id = resource.id();
        principals.add(new Principal(id.guid("principal"), id.guid("client"), id.name(), "ManagedIdentity"));
    }

    @Override
    public void removed(ArmResource resource) {
        principals.remove(resource.id().guid("principal"));
    }
}
