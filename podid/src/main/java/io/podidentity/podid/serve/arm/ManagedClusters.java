package io.podidentity.podid.serve.arm;

import io.podidentity.podid.serve.arm.GraphPrincipals.Principal;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** AKS clusters, with an issuer of tokens if that is asked for. There is no API server behind them. */
final class ManagedClusters {

    static final String NAME = "Microsoft.ContainerService/managedClusters";

    private static final String OIDC = "oidcIssuerProfile";
    private static final String KUBELET = "kubelet";

    private final ResourceStore store;
    private final GraphPrincipals principals;
    private final String tenantId;

    ManagedClusters(ResourceStore store, GraphPrincipals principals, String tenantId) {
        this.store = store;
        this.principals = principals;
        this.tenantId = tenantId;
    }

    Document complete(ResourceId id, Document asked) {
        Document made = asked.withProperty("fqdn", id.name() + ".hcp." + location(asked) + ".azmk8s.invalid")
                .withProperty("nodeResourceGroup", nodeGroup(id, asked))
                .withProperty("powerState", Map.of("code", "Running"))
                .withProperty("servicePrincipalProfile", Map.of("clientId", "msi"))
                .withProperty("identityProfile", Map.of("kubeletidentity", kubelet(id, asked)))
                .with(
                        "identity",
                        asked.at("identity")
                                .with("principalId", id.guid("control"))
                                .fields());
        Document issuer = asked.properties().at(OIDC);
        return issuer.is("enabled")
                ? made.withProperty(OIDC, withUrl(issuer, id, location(asked)).fields())
                : made;
    }

    /** Ends in a slash, and is compared exactly. */
    private Document withUrl(Document issuer, ResourceId id, String location) {
        return issuer.with(
                "issuerURL",
                "https://" + location + ".oic.prod-aks.azure.com/" + tenantId + "/" + id.guid("issuer") + "/");
    }

    private static String location(Document cluster) {
        return cluster.text("location").orElse("nowhere");
    }

    private static String nodeGroup(ResourceId id, Document cluster) {
        return cluster.properties()
                .text("nodeResourceGroup")
                .orElse("MC_" + id.groupName() + "_" + id.name() + "_" + location(cluster));
    }

    private static Map<String, Object> kubelet(ResourceId id, Document cluster) {
        return Map.of(
                "resourceId",
                nodeGroupId(id, cluster).text() + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
                        + id.name() + "-agentpool",
                "clientId",
                id.guid(KUBELET + "-client"),
                "objectId",
                id.guid(KUBELET));
    }

    private static ResourceId nodeGroupId(ResourceId id, Document cluster) {
        return ResourceId.parse("/subscriptions/" + id.segments().get(1) + "/resourceGroups/" + nodeGroup(id, cluster));
    }

    void made(Resource cluster) {
        ResourceId id = cluster.id();
        principals.add(new Principal(id.guid(KUBELET), id.guid(KUBELET + "-client"), id.name(), "ManagedIdentity"));
        ResourceId group = nodeGroupId(id, cluster.body());
        store.put(new Resource(
                        group,
                        Document.of(group, ResourceId.GROUP_TYPE)
                                .merge(cluster.body().only("location")))
                .in("Succeeded"));
    }

    void removed(Resource cluster) {
        principals.remove(cluster.id().guid(KUBELET));
        store.remove(nodeGroupId(cluster.id(), cluster.body()));
    }

    /** The answer to a POST on a cluster, if there is such an action. */
    static Optional<Document> act(Resource cluster, String action) {
        return action.matches("listCluster(User|Admin)Credential")
                ? Optional.of(Document.EMPTY.with(
                        "kubeconfigs", List.of(Map.of("name", "clusterUser", "value", kubeconfig(cluster)))))
                : Optional.empty();
    }

    /** The server's name ends in .invalid, so that kubectl can never reach a real cluster with it. */
    private static String kubeconfig(Resource cluster) {
        String name = cluster.id().name();
        String server = cluster.body().properties().text("fqdn").orElse("none.invalid");
        String yaml = """
                apiVersion: v1
                kind: Config
                clusters:
                - name: %1$s
                  cluster:
                    server: https://%2$s:443
                users:
                - name: clusterUser_%1$s
                  user:
                    token: emulated-cluster-credential
                contexts:
                - name: %1$s
                  context:
                    cluster: %1$s
                    user: clusterUser_%1$s
                current-context: %1$s
                """.formatted(name, server);
        return Base64.getEncoder().encodeToString(yaml.getBytes(StandardCharsets.UTF_8));
    }
}
