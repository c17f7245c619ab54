package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.MovePlan.Federation;
import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The roles by which service accounts may use identities that are bound to a cluster.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings">Identity bindings</a>
 */
final class BindingRoles {

    private static final String ROLES = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: use-%1$s
        rules:
          - verbs: [use-managed-identity]
            apiGroups: [cid.wi.aks.azure.com]
            resources: [%1$s]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: use-%1$s-%2$s-%3$s
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: use-%1$s
        subjects:
          - kind: ServiceAccount
            name: %4$s
            namespace: %5$s
        """;

    private BindingRoles() {}

    /** By the names of their files; of clusters that give one account different identities each has its own. */
    static Map<String, String> files(List<MovePlan> plans) {
        var files = new LinkedHashMap<String, String>();
        if (!AzureScript.wantsEnvironment(plans)) {
            files.put("workload-identity-roles.yaml", text(plans));
            return files;
        }
        for (MovePlan plan : plans) {
            String name = plan.environment().replaceAll("[^A-Za-z0-9]+", "-");
            files.put("workload-identity-roles-" + name + ".yaml", text(List.of(plan)));
        }
        return files;
    }

    private static String text(List<MovePlan> plans) {
        return plans.stream()
                .flatMap(plan -> plan.federations().stream())
                .filter(one -> one.identity().isManaged())
                .map(BindingRoles::roles)
                .distinct()
                .collect(Collectors.joining("---\n"));
    }

    private static String roles(Federation one) {
        String namespace = one.account().namespace();
        String name = one.account().name();
        return ROLES.formatted(
                one.identity().clientId().toLowerCase(Locale.ROOT),
                namespace,
                name,
                YamlText.of(name),
                YamlText.of(namespace));
    }
}
