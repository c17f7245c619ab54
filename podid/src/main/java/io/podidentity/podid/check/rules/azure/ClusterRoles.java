package io.podidentity.podid.check.rules.azure;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.azure.AksCluster;
import io.podidentity.podid.check.azure.RoleOfPrincipal;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Needs az aks show and az role assignment list. Without them only MIC's log says LinkedAuthorizationFailed. */
public final class ClusterRoles implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C19",
                "cluster-identity-roles",
                "The cluster's identity lacks a role that MIC needs",
                "Give the kubelet identity Managed Identity Operator on the identity and Virtual Machine Contributor"
                        + " on the group of the nodes",
                "Azure/aad-pod-identity#585",
                "Azure/aad-pod-identity#753");
    }

    private static final Set<String> ALL = Set.of("Owner", "Contributor");

    @Override
    public void check(RuleContext context, Report report) {
        Optional<AksCluster> cluster = context.azure().cluster();
        if (!context.profile().hasMic()
                || cluster.isEmpty()
                || cluster.get().kubeletObjectId().isEmpty()) {
            return;
        }
        context.azure().roles().ifPresent(roles -> {
            for (AzureIdentity identity : context.cluster().identities()) {
                if (identity.isManagedIdentity() && !identity.resourceId().isEmpty()) {
                    check(context, report, roles, cluster.get(), identity);
                }
            }
        });
    }

    private static void check(
            RuleContext context,
            Report report,
            List<RoleOfPrincipal> roles,
            AksCluster cluster,
            AzureIdentity identity) {
        String group = cluster.subscription() + "/resourceGroups/" + cluster.nodeResourceGroup();
        need(context, report, roles, cluster, identity, "Managed Identity Operator", identity.resourceId());
        need(context, report, roles, cluster, identity, "Virtual Machine Contributor", group);
    }

    private static void need(
            RuleContext context,
            Report report,
            List<RoleOfPrincipal> roles,
            AksCluster cluster,
            AzureIdentity identity,
            String role,
            String scope) {
        boolean has = roles.stream()
                .filter(one -> one.principalId().equalsIgnoreCase(cluster.kubeletObjectId()))
                .filter(one -> one.role().equals(role) || ALL.contains(one.role()))
                .anyMatch(one -> one.covers(scope));
        if (!has) {
            report.add(
                    context.location(identity).at("spec").like("resourceID"),
                    "the kubelet identity of cluster " + cluster.name() + " is not " + role + " on " + scope
                            + ", so MIC cannot put the identity on a node",
                    "Run: az role assignment create --assignee-object-id " + cluster.kubeletObjectId()
                            + " --assignee-principal-type ServicePrincipal --role \"" + role + "\" --scope " + scope);
        }
    }
}
