// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes the roles through which service accounts may use identities that are bound to a cluster.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings">Identity bindings</a>
 */
final class IdentityBindingRoles {

    private static final String ROLE = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: %2$s
        rules:
          - verbs: [use-managed-identity]
            apiGroups: [cid.wi.aks.azure.com]
            resources: [%1$s]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: %3$s
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: %2$s
        subjects:
          - kind: ServiceAccount
            name: %4$s
            namespace: %5$s
        """;

    private IdentityBindingRoles() {}

    /**
     * Writes the manifests, by the names of their files: one file, or one for each of several clusters that give one
     * account different identities.
     */
    static Map<String, String> write(List<MovePlan> plans) {
        var files = new LinkedHashMap<String, String>();
        if (!ClusterChoice.isNeeded(plans)) {
            files.put("workload-identity-roles.yaml", writeRoles(plans));
            return files;
        }
        for (MovePlan plan : plans) {
            String environment = plan.environment().replaceAll("[^A-Za-z0-9]+", "-");
            files.put("workload-identity-roles-" + environment + ".yaml", writeRoles(List.of(plan)));
        }
        return files;
    }

    private static String writeRoles(List<MovePlan> plans) {
        return plans.stream()
                .flatMap(plan -> plan.federations().stream())
                .filter(federation -> federation.identity().isManaged())
                .map(IdentityBindingRoles::writeRole)
                .distinct()
                .collect(Collectors.joining("---\n"));
    }

    private static String writeRole(Federation federation) {
        String namespace = federation.account().namespace();
        String account = federation.account().name();
        String clientId = federation.identity().clientId().toLowerCase(Locale.ROOT);
        return ROLE.formatted(
                YamlText.of(clientId),
                YamlText.of("use-" + clientId),
                YamlText.of("use-" + clientId + "-" + namespace + "-" + account),
                YamlText.of(account),
                YamlText.of(namespace));
    }
}
