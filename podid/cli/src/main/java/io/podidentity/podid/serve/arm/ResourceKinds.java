// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static java.util.Map.entry;

import io.podidentity.emulator.plan.AddedEndpoint.Azure;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The kinds of resources that can be created, and what is special about each. Thread-safe. */
final class ResourceKinds {

    private static final String CLUSTERS = "microsoft.containerservice/managedclusters";
    private static final String IDENTITIES = "microsoft.managedidentity/userassignedidentities";
    private static final String ACCOUNTS = "microsoft.storage/storageaccounts";

    /** Long enough that a client has to ask again, as it has for the minutes that Azure takes. */
    private static final Duration CREATION_OF_CLUSTER = Duration.ofSeconds(3);

    private static final String KUBELET = "kubelet";
    private static final String CLIENT = "client";

    private final Azure azure;
    private final ResourceStore store;
    private final ArmRoles roles;
    private final Map<String, Kind> kinds;

    /** Checks what was asked for, and completes it as Azure does. */
    @FunctionalInterface
    interface Maker {

        /**
         * Describes the resource that is to be created.
         *
         * @param asked the request's fields, with path, name and type
         * @throws ArmException if Azure would refuse
         */
        Creation make(ResourceId id, Document asked);
    }

    /**
     * One kind of resource.
     *
     * @param companionRemover removes what came into being with a resource that is gone
     * @param creationTime until a new one is ready
     * @param statusOfNew the HTTP status of the answer to a request that creates one
     */
    record Kind(Maker maker, Consumer<Resource> companionRemover, Duration creationTime, int statusOfNew) {

        static Kind madeBy(Maker maker) {
            return new Kind(maker, removed -> {}, Duration.ZERO, 201);
        }

        Kind withCompanionRemover(Consumer<Resource> remover) {
            return new Kind(maker, remover, creationTime, statusOfNew);
        }

        Kind withCreationTime(Duration time) {
            return new Kind(maker, companionRemover, time, statusOfNew);
        }

        Kind withStatusOfNew(int status) {
            return new Kind(maker, companionRemover, creationTime, status);
        }
    }

    ResourceKinds(Azure azure, ResourceStore store) {
        this.azure = azure;
        this.store = store;
        this.roles = new ArmRoles(store, azure.directory());
        this.kinds = Map.ofEntries(
                entry("microsoft.resources/resourcegroups", Kind.madeBy((id, asked) -> Creation.of(asked))),
                entry("microsoft.containerregistry/registries", Kind.madeBy(this::makeRegistry)),
                entry(
                        CLUSTERS,
                        Kind.madeBy(this::makeCluster)
                                .withCompanionRemover(this::removeClusterCompanions)
                                .withCreationTime(CREATION_OF_CLUSTER)),
                entry(IDENTITIES, Kind.madeBy(this::makeIdentity).withCompanionRemover(this::removePrincipal)),
                entry(IDENTITIES + "/federatedidentitycredentials", Kind.madeBy(this::makeCredential)),
                // Azure says 202 of a new storage account; az takes that or 200.
                entry(ACCOUNTS, Kind.madeBy(this::makeAccount).withStatusOfNew(200)),
                entry(ACCOUNTS + "/blobservices/containers", Kind.madeBy(this::makeContainer)),
                entry(ArmRoles.TYPE, Kind.madeBy(roles::make).withCompanionRemover(roles::withdraw)));
    }

    /** @throws ArmException if it is not the path of one resource, or its kind is not played */
    Kind require(ResourceId id) {
        return Optional.ofNullable(kinds.get(id.type()))
                .filter(kind -> !id.isCollection())
                .orElseThrow(() -> new ArmException(
                        404,
                        "InvalidResourceType",
                        "The emulator does not play '" + id.type() + "' (" + id.text() + ")."));
    }

    /** Removes what came into being with a resource that is gone, which can be of any kind. */
    void removeCompanions(Resource resource) {
        Optional.ofNullable(kinds.get(resource.id().type()))
                .ifPresent(kind -> kind.companionRemover().accept(resource));
    }

    /** All registries have one address, the emulator's own, where a registry's sign-in is. */
    private Creation makeRegistry(ResourceId id, Document asked) {
        // az fails on a registry without this policy, which all have.
        return Creation.of(
                asked.withProperty("policies", Map.of("azureADAuthenticationAsArmPolicy", Map.of("status", "enabled")))
                        .withProperty("loginServer", azure.entra().getAuthority()));
    }

    private Creation makeIdentity(ResourceId id, Document asked) {
        Resource principal = principalOf(id, CLIENT);
        // Azure spells the group's segment so here, and nowhere else.
        Document identity = asked.with("id", id.text().replace("/resourceGroups/", "/resourcegroups/"))
                .withProperty("tenantId", azure.directory().tenantId())
                .withProperty("principalId", principal.id().name())
                .withProperty("clientId", principal.body().text("appId"));
        return Creation.of(identity).withEffect(() -> store.put(principal));
    }

    private void removePrincipal(Resource identity) {
        store.remove(principalOf(identity.id(), CLIENT).id());
    }

    /** Its object ID is the one that is in the tokens of pods whose manifests name that client ID. */
    private static Resource principalOf(ResourceId owner, String side) {
        return GraphPrincipals.describe(owner.guid(side), owner.name(), "ManagedIdentity");
    }

    private Creation makeCredential(ResourceId id, Document asked) {
        List<Document> others = store.listMembers(id.owner()).stream()
                .filter(other -> !other.id().key().equals(id.key()))
                .map(other -> other.body().properties())
                .toList();
        CredentialRules.requireAcceptable("BadRequest", asked.properties(), others);
        return Creation.of(asked);
    }

    /** All accounts lead to the one that the emulator serves. */
    private Creation makeAccount(ResourceId id, Document asked) {
        // Containers are made in the account's one blob service, which exists without being created.
        ResourceId blobs = ResourceId.parse(id.text() + "/blobServices/default");
        return Creation.of(asked.withProperty("primaryEndpoints", Map.of("blob", azure.storage() + "/")))
                .withEffect(() -> store.put(Resource.ready(blobs, Document.EMPTY)));
    }

    /** The caller needs no right to read or write blobs for it. */
    private Creation makeContainer(ResourceId id, Document asked) {
        return Creation.of(asked.withProperty("publicAccess", "None"))
                .withEffect(() -> azure.blobs().addContainer(id.name()));
    }

    /** An AKS cluster, with an issuer of tokens if that is asked for. There is no API server behind it. */
    private Creation makeCluster(ResourceId id, Document wanted) {
        Document asked = Document.EMPTY.with("location", "nowhere").withAll(wanted);
        String location = asked.text("location");
        ResourceId nodes = nodeGroup(id, asked);
        Resource kubelet = principalOf(id, KUBELET);
        Document identity = asked.object("identity").with("principalId", id.guid("control"));
        Document cluster = asked.with("identity", identity.fields())
                .withProperty("fqdn", id.name() + ".hcp." + location + ".azmk8s.invalid")
                .withProperty("nodeResourceGroup", nodes.name())
                .withProperty("powerState", Map.of("code", "Running"))
                .withProperty("servicePrincipalProfile", Map.of("clientId", "msi"))
                .withProperty(
                        "identityProfile",
                        Map.of(
                                "kubeletidentity",
                                kubeletIdentity(id, nodes, kubelet).fields()))
                .withProperty("oidcIssuerProfile", issuerProfile(id, asked).fields());
        Document nodesBody = Document.describing(nodes).with("location", location);
        return Creation.of(cluster)
                .withEffect(() -> store.put(kubelet))
                .withEffect(() -> store.put(Resource.ready(nodes, nodesBody)));
    }

    private void removeClusterCompanions(Resource cluster) {
        store.remove(principalOf(cluster.id(), KUBELET).id());
        store.remove(nodeGroup(cluster.id(), cluster.body()));
    }

    private static Document kubeletIdentity(ResourceId cluster, ResourceId nodes, Resource kubelet) {
        String identities = nodes.text() + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/";
        return Document.EMPTY
                .with("resourceId", identities + cluster.name() + "-agentpool")
                .with("clientId", kubelet.body().text("appId"))
                .with("objectId", kubelet.id().name());
    }

    private Document issuerProfile(ResourceId id, Document cluster) {
        Document asked = cluster.properties().object("oidcIssuerProfile");
        boolean isEnabled = Boolean.TRUE.equals(asked.fields().get("enabled"));
        if (!isEnabled) {
            return asked;
        }
        // An issuer ends in a slash, and is compared exactly.
        String url = "https://" + cluster.text("location") + ".oic.prod-aks.azure.com/"
                + azure.directory().tenantId() + "/" + id.guid("issuer") + "/";
        return asked.with("issuerURL", url);
    }

    /** The group of a cluster's nodes, which AKS makes itself unless the cluster names it. */
    private static ResourceId nodeGroup(ResourceId id, Document cluster) {
        String asked = cluster.properties().text("nodeResourceGroup");
        String usual = "MC_" + id.group().name() + "_" + id.name() + "_" + cluster.text("location");
        return ResourceId.parse(ResourceId.SUBSCRIPTION + "/resourceGroups/" + (asked.isEmpty() ? usual : asked));
    }
}
