// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What users may do: the administrator everything, others what role bindings of a namespace give them, of a Role in the
 * manifests or of the ClusterRoles {@code view} and {@code edit} as every cluster has them.
 */
final class Roles {

    private static final ApiResource BINDING = ApiResource.ofKind("RoleBinding").orElseThrow();
    private static final ApiResource ROLE = ApiResource.ofKind("Role").orElseThrow();
    private static final ApiResource CLUSTER_BINDING =
            ApiResource.ofKind("ClusterRoleBinding").orElseThrow();
    private static final ApiResource CLUSTER_ROLE =
            ApiResource.ofKind("ClusterRole").orElseThrow();
    private static final Set<String> SEEN_BY_VIEW = Set.of("", "apps", "batch", "networking.k8s.io");

    private final LiveObjects.Now objects;

    Roles(LiveObjects.Now objects) {
        this.objects = objects;
    }

    /** What somebody wants to do; each part is empty where it does not apply. */
    record Action(String verb, String group, String resource, String subresource, String namespace, String name) {

        String fullResource() {
            return subresource.isEmpty() ? resource : resource + "/" + subresource;
        }

        /** That a user cannot do it, in the words of the API server. */
        String deniedTo(String user) {
            return "User \"" + user + "\" cannot " + verb + " resource \"" + fullResource() + "\" in API group \""
                    + group + "\" "
                    + (namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"");
        }
    }

    boolean allow(String user, Action action) {
        return user.equals(ServedCluster.ADMIN)
                || (!action.namespace().isEmpty()
                        && objects.list(BINDING, action.namespace()).stream()
                                .filter(binding -> Tree.maps(binding, "subjects").stream()
                                        .anyMatch(one -> Tree.text(one, "name").equals(user)))
                                .anyMatch(binding -> allows(binding, action)));
    }

    /** Whether the spec of a SubjectAccessReview is so, by cluster roles for one service account each. */
    boolean review(Map<String, Object> spec) {
        Map<String, Object> asked = Tree.map(spec, "resourceAttributes");
        var action = new Action(
                Tree.text(asked, "verb"), Tree.text(asked, "group"), Tree.text(asked, "resource"), "", "", "");
        return objects.list(CLUSTER_BINDING, "").stream()
                .filter(binding -> Tree.maps(binding, "subjects").stream()
                        .map(one ->
                                "system:serviceaccount:" + Tree.text(one, "namespace") + ":" + Tree.text(one, "name"))
                        .anyMatch(Tree.text(spec, "user")::equals))
                .map(binding -> objects.get(CLUSTER_ROLE, new ObjectName("", Tree.text(binding, "roleRef", "name"))))
                .flatMap(role -> Tree.maps(role, "rules").stream())
                .anyMatch(rule -> covers(rule, action));
    }

    private boolean allows(Map<String, Object> binding, Action action) {
        String role = Tree.text(binding, "roleRef", "name");
        if (Tree.text(binding, "roleRef", "kind").equals("ClusterRole")) {
            boolean read = SEEN_BY_VIEW.contains(action.group())
                    && !action.fullResource().matches("secrets|.*/.*")
                    && Set.of("get", "list").contains(action.verb());
            return role.equals("edit")
                    ? read || action.fullResource().equals("serviceaccounts/token")
                    : role.equals("view") && read;
        }
        return Stream.of(objects.get(ROLE, new ObjectName(action.namespace(), role)))
                .flatMap(one -> Tree.maps(one, "rules").stream())
                .anyMatch(rule -> covers(rule, action));
    }

    private static boolean covers(Map<String, Object> rule, Action action) {
        List<String> names = Tree.texts(rule, "resourceNames");
        return Tree.texts(rule, "verbs").contains(action.verb())
                && Tree.texts(rule, "apiGroups").contains(action.group())
                && Tree.texts(rule, "resources").contains(action.fullResource())
                && (names.isEmpty() || names.contains(action.name()));
    }
}
