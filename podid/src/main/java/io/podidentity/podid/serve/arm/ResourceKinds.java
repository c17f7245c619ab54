package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.plan.AddedEndpoint.Azure;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.time.Duration;
import java.util.Map;

/** What is special about each kind of resource. Thread-safe. */
final class ResourceKinds {

    static final String CLUSTERS = "microsoft.containerservice/managedclusters";
    static final String ACCOUNTS = "microsoft.storage/storageaccounts";

    private static final String IDENTITIES = "microsoft.managedidentity/userassignedidentities";
    private static final Duration CLUSTER_TIME = Duration.ofSeconds(3);

    private final Azure azure;
    private final ResourceStore store;
    private final ArmRoles roles;

    ResourceKinds(Azure azure, ResourceStore store) {
        this.azure = azure;
        this.store = store;
        this.roles = new ArmRoles(store, azure.directory());
    }

    /** How long it takes until it is there. */
    static Duration time(ResourceId id) {
        return id.type().equals(CLUSTERS) ? CLUSTER_TIME : Duration.ZERO;
    }

    /**
     * What Azure makes of what was asked for, with all that comes with it.
     *
     * @throws ArmException if Azure would refuse it
     */
    Document made(ResourceId id, Document asked) {
        return switch (id.type()) {
            case "microsoft.resources/resourcegroups" -> asked;
            case "microsoft.containerregistry/registries" -> registry(asked);
            case CLUSTERS -> cluster(id, asked);
            case IDENTITIES -> identity(id, asked);
            case IDENTITIES + "/federatedidentitycredentials" -> credential(id, asked);
            case ACCOUNTS -> account(id, asked);
            case ACCOUNTS + "/blobservices/containers" -> container(id, asked);
            case ArmRoles.TYPE -> roles.made(id, asked);
            default ->
                throw new ArmException(
                        404,
                        "InvalidResourceType",
                        "The emulator does not play '" + id.type() + "' (" + id.text() + ").");
        };
    }

    /** Takes away what came with one that is gone. */
    void removed(Resource resource) {
        ResourceId id = resource.id();
        switch (id.type()) {
            case CLUSTERS -> {
                store.remove(kubelet(id).id());
                store.remove(nodeGroup(id, resource.body()));
            }
            case IDENTITIES -> store.remove(principal(id).id());
            case ArmRoles.TYPE -> roles.removed(resource.body());
            default -> {}
        }
    }

    /** All have one address, the emulator's own, where a registry's sign-in is. */
    private Document registry(Document asked) {
        // az fails on a registry without this policy, which all have.
        return asked.withProperty("policies", Map.of("azureADAuthenticationAsArmPolicy", Map.of("status", "enabled")))
                .withProperty("loginServer", azure.entra().getAuthority());
    }

    private Document identity(ResourceId id, Document asked) {
        Resource principal = principal(id);
        store.put(principal);
        // Azure spells the group's segment so here, and nowhere else.
        return asked.with("id", id.text().replace("/resourceGroups/", "/resourcegroups/"))
                .withProperty("tenantId", azure.directory().tenantId())
                .withProperty("principalId", principal.id().name())
                .withProperty("clientId", principal.body().text("appId"));
    }

    /** Its object ID is the one that is in the tokens of pods whose manifests name that client ID. */
    private static Resource principal(ResourceId identity) {
        return GraphEndpoint.principal(identity.guid("client"), identity.name(), "ManagedIdentity");
    }

    private Document credential(ResourceId id, Document asked) {
        GraphEndpoint.requireRoomFor(
                asked.properties(),
                store.members(id.owner()).stream()
                        .filter(other -> !other.id().key().equals(id.key()))
                        .map(other -> other.body().properties())
                        .toList());
        return asked;
    }

    /** All lead to the one that the emulator serves. */
    private Document account(ResourceId id, Document asked) {
        // Containers are made in the account's one blob service, which exists without being created.
        store.put(Resource.of(ResourceId.parse(id.text() + "/blobServices/default"), Document.EMPTY));
        return asked.withProperty("primaryEndpoints", Map.of("blob", azure.storage() + "/"));
    }

    /** The caller needs no right to read or write blobs for it. */
    private Document container(ResourceId id, Document asked) {
        azure.blobs().addContainer(id.name());
        return asked.withProperty("publicAccess", "None");
    }

    /** An AKS cluster, with an issuer of tokens if that is asked for. There is no API server behind it. */
    private Document cluster(ResourceId id, Document asked) {
        ResourceId nodes = nodeGroup(id, asked);
        Resource kubelet = kubelet(id);
        store.put(kubelet);
        store.put(Resource.of(nodes, Document.of(nodes).with("location", asked.text("location"))));
        Map<String, String> kubeletIdentity = Map.of(
                "resourceId",
                nodes.text() + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + id.name()
                        + "-agentpool",
                "clientId",
                kubelet.body().text("appId"),
                "objectId",
                kubelet.id().name());
        Document identity = asked.at("identity").with("principalId", id.guid("control"));
        return asked.with("identity", identity.fields())
                .withProperty("fqdn", id.name() + ".hcp." + asked.text("location") + ".azmk8s.invalid")
                .withProperty("nodeResourceGroup", nodes.name())
                .withProperty("powerState", Map.of("code", "Running"))
                .withProperty("servicePrincipalProfile", Map.of("clientId", "msi"))
                .withProperty("identityProfile", Map.of("kubeletidentity", kubeletIdentity))
                .withProperty("oidcIssuerProfile", issuer(id, asked).fields());
    }

    private Document issuer(ResourceId id, Document cluster) {
        Document asked = cluster.properties().at("oidcIssuerProfile");
        // Ends in a slash, and is compared exactly.
        String url = "https://" + cluster.text("location") + ".oic.prod-aks.azure.com/"
                + azure.directory().tenantId() + "/" + id.guid("issuer") + "/";
        return Boolean.TRUE.equals(asked.fields().get("enabled")) ? asked.with("issuerURL", url) : asked;
    }

    private static Resource kubelet(ResourceId cluster) {
        return GraphEndpoint.principal(cluster.guid("kubelet"), cluster.name(), "ManagedIdentity");
    }

    private static ResourceId nodeGroup(ResourceId id, Document cluster) {
        String name = "MC_" + id.group().name() + "_" + id.name() + "_" + cluster.text("location");
        return ResourceId.parse(ResourceId.SUBSCRIPTION + "/resourceGroups/" + name);
    }
}
