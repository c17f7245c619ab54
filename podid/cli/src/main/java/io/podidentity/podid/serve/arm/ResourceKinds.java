// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static java.util.Map.entry;

import io.podidentity.emulator.plan.AddedEndpoint.Azure;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What is special about each kind of resource. Thread-safe. */
final class ResourceKinds {

    static final String CLUSTERS = "microsoft.containerservice/managedclusters";
    static final String ACCOUNTS = "microsoft.storage/storageaccounts";

    private static final String IDENTITIES = "microsoft.managedidentity/userassignedidentities";

    private final Azure azure;
    private final ResourceStore store;
    private final ArmRoles roles;
    private final Map<String, Kind> kinds;

    interface Kind {
        /** What Azure makes of what was asked for, or ArmException; {@code after} gets what that brings with it. */
        Document made(ResourceId id, Document asked, List<Runnable> after);
    }

    ResourceKinds(Azure azure, ResourceStore store) {
        this.azure = azure;
        this.store = store;
        this.roles = new ArmRoles(store, azure.directory());
        this.kinds = Map.ofEntries(
                entry("microsoft.resources/resourcegroups", (id, asked, after) -> asked),
                entry("microsoft.containerregistry/registries", (id, asked, after) -> registry(asked)),
                entry(CLUSTERS, this::cluster),
                entry(IDENTITIES, this::identity),
                entry(IDENTITIES + "/federatedidentitycredentials", (id, asked, after) -> credential(id, asked)),
                entry(ACCOUNTS, this::account),
                entry(ACCOUNTS + "/blobservices/containers", this::container),
                entry(ArmRoles.TYPE, roles::made));
    }

    /** How long it takes until it is there. */
    static Duration time(ResourceId id) {
        return Duration.ofSeconds(id.type().equals(CLUSTERS) ? 3 : 0);
    }

    /** Throws ArmException if it is not the path of one resource, or its kind is not played. */
    Kind of(ResourceId id) {
        Kind kind = id.isCollection() ? null : kinds.get(id.type());
        if (kind == null) {
            String message = "The emulator does not play '" + id.type() + "' (" + id.text() + ").";
            throw new ArmException(404, "InvalidResourceType", message);
        }
        return kind;
    }

    /** Takes away what came with one that is gone. */
    void removed(Resource resource) {
        ResourceId id = resource.id();
        switch (id.type()) {
            case CLUSTERS -> {
                store.remove(principal(id, "kubelet").id());
                store.remove(nodeGroup(id, resource.body()));
            }
            case IDENTITIES -> store.remove(principal(id, "client").id());
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

    private Document identity(ResourceId id, Document asked, List<Runnable> after) {
        Resource principal = principal(id, "client");
        after.add(() -> store.put(principal));
        // Azure spells the group's segment so here, and nowhere else.
        return asked.with("id", id.text().replace("/resourceGroups/", "/resourcegroups/"))
                .withProperty("tenantId", azure.directory().tenantId())
                .withProperty("principalId", principal.id().name())
                .withProperty("clientId", principal.body().text("appId"));
    }

    /** Its object ID is the one that is in the tokens of pods whose manifests name that client ID. */
    private static Resource principal(ResourceId owner, String side) {
        return GraphEndpoint.principal(owner.guid(side), owner.name(), "ManagedIdentity");
    }

    private Document credential(ResourceId id, Document asked) {
        GraphEndpoint.requireRoomFor(
                "BadRequest",
                asked.properties(),
                store.members(id.owner()).stream()
                        .filter(other -> !other.id().key().equals(id.key()))
                        .map(other -> other.body().properties())
                        .toList());
        return asked;
    }

    /** All lead to the one that the emulator serves. */
    private Document account(ResourceId id, Document asked, List<Runnable> after) {
        // Containers are made in the account's one blob service, which exists without being created.
        ResourceId blobs = ResourceId.parse(id.text() + "/blobServices/default");
        after.add(() -> store.put(Resource.of(blobs, Document.EMPTY)));
        return asked.withProperty("primaryEndpoints", Map.of("blob", azure.storage() + "/"));
    }

    /** The caller needs no right to read or write blobs for it. */
    private Document container(ResourceId id, Document asked, List<Runnable> after) {
        after.add(() -> azure.blobs().addContainer(id.name()));
        return asked.withProperty("publicAccess", "None");
    }

    /** An AKS cluster, with an issuer of tokens if that is asked for. There is no API server behind it. */
    private Document cluster(ResourceId id, Document wanted, List<Runnable> after) {
        Document asked = Document.EMPTY.with("location", "nowhere").with(wanted);
        ResourceId nodes = nodeGroup(id, asked);
        Resource kubelet = principal(id, "kubelet");
        after.add(() -> store.put(kubelet));
        after.add(() -> store.put(Resource.of(nodes, Document.of(nodes).with("location", asked.text("location")))));
        String identities = nodes.text() + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/";
        Document kubeletIdentity = Document.EMPTY
                .with("resourceId", identities + id.name() + "-agentpool")
                .with("clientId", kubelet.body().text("appId"))
                .with("objectId", kubelet.id().name());
        Document identity = asked.at("identity").with("principalId", id.guid("control"));
        return asked.with("identity", identity.fields())
                .withProperty("fqdn", id.name() + ".hcp." + asked.text("location") + ".azmk8s.invalid")
                .withProperty("nodeResourceGroup", nodes.name())
                .withProperty("powerState", Map.of("code", "Running"))
                .withProperty("servicePrincipalProfile", Map.of("clientId", "msi"))
                .withProperty("identityProfile", Map.of("kubeletidentity", kubeletIdentity.fields()))
                .withProperty("oidcIssuerProfile", issuer(id, asked).fields());
    }

    private Document issuer(ResourceId id, Document cluster) {
        Document asked = cluster.properties().at("oidcIssuerProfile");
        // Ends in a slash, and is compared exactly.
        String url = "https://" + cluster.text("location") + ".oic.prod-aks.azure.com/"
                + azure.directory().tenantId() + "/" + id.guid("issuer") + "/";
        return Boolean.TRUE.equals(asked.fields().get("enabled")) ? asked.with("issuerURL", url) : asked;
    }

    private static ResourceId nodeGroup(ResourceId id, Document cluster) {
        String asked = cluster.properties().text("nodeResourceGroup");
        String usual = "MC_" + id.group().name() + "_" + id.name() + "_" + cluster.text("location");
        return ResourceId.parse(ResourceId.SUBSCRIPTION + "/resourceGroups/" + (asked.isEmpty() ? usual : asked));
    }
}
