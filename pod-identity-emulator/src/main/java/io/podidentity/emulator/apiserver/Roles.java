package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What users may do, by the roles and bindings of the cluster. Not thread-safe. */
final class Roles {

    static final String API_VERSION = "rbac.authorization.k8s.io/v1";

    private static final String ANY = "*";

    private final ApiObjects objects;

    Roles(ApiObjects objects) {
        this.objects = objects;
    }

    /**
     * What came out.
     *
     * @param reason why it is allowed, or what was not found while looking; may be empty
     */
    record Decision(boolean allowed, String reason) {}

    /** A rule of a role that a user has, and how the user came to it. */
    private record Granted(Map<String, Object> rule, String by) {}

    Decision decide(ApiUser user, Action action) {
        var missing = new ArrayList<String>();
        return granted(user, action.namespace(), missing).stream()
                .filter(granted -> covers(granted.rule(), action))
                .findFirst()
                .map(granted -> new Decision(true, "RBAC: allowed by " + granted.by()))
                .orElseGet(() -> new Decision(false, describe(missing)));
    }

    private static String describe(List<String> missing) {
        if (missing.isEmpty()) {
            return "";
        }
        return "RBAC: " + (missing.size() == 1 ? missing.get(0) : missing.toString());
    }

    /** The rules of all roles that a user has there. */
    List<Map<String, Object>> rules(ApiUser user, String namespace) {
        return granted(user, namespace, new ArrayList<>()).stream()
                .map(Granted::rule)
                .toList();
    }

    private List<Granted> granted(ApiUser user, String namespace, List<String> missing) {
        var granted = new ArrayList<Granted>();
        var bindings = new ArrayList<>(objects.list(API_VERSION, "ClusterRoleBinding"));
        if (!namespace.isEmpty()) {
            bindings.addAll(objects.list(objects.resources().ofKind(API_VERSION, "RoleBinding"), namespace));
        }
        for (Map<String, Object> binding : bindings) {
            Optional<Map<String, Object>> subject = Tree.maps(binding, "subjects").stream()
                    .filter(one -> isFor(one, ApiObjects.name(binding).namespace(), user))
                    .findFirst();
            if (subject.isEmpty()) {
                continue;
            }
            role(binding)
                    .ifPresentOrElse(
                            role -> {
                                String by = by(binding, subject.get());
                                Tree.maps(role, "rules").forEach(rule -> granted.add(new Granted(rule, by)));
                            },
                            () -> missing.add(
                                    Tree.text(binding, "roleRef", "kind").toLowerCase(java.util.Locale.ROOT)
                                            + ".rbac.authorization.k8s.io \"" + Tree.text(binding, "roleRef", "name")
                                            + "\" not found"));
        }
        return granted;
    }

    private static boolean isFor(Map<String, Object> subject, String bindingNamespace, ApiUser user) {
        String name = Tree.text(subject, "name");
        String namespace = Tree.text(subject, "namespace");
        return switch (Tree.text(subject, "kind")) {
            case "User" -> name.equals(user.name());
            case "Group" -> user.groups().contains(name);
            case "ServiceAccount" ->
                user.name()
                        .equals("system:serviceaccount:" + (namespace.isEmpty() ? bindingNamespace : namespace) + ":"
                                + name);
            default -> false;
        };
    }

    private Optional<Map<String, Object>> role(Map<String, Object> binding) {
        String kind = Tree.text(binding, "roleRef", "kind");
        boolean clusterWide = kind.equals("ClusterRole");
        String namespace = clusterWide ? "" : ApiObjects.name(binding).namespace();
        return objects.find(
                objects.resources().ofKind(API_VERSION, clusterWide ? "ClusterRole" : "Role"),
                new ObjectName(namespace, Tree.text(binding, "roleRef", "name")));
    }

    private static String by(Map<String, Object> binding, Map<String, Object> subject) {
        ObjectName name = ApiObjects.name(binding);
        String full = name.namespace().isEmpty() ? name.name() : name.name() + "/" + name.namespace();
        return Tree.text(binding, "kind") + " \"" + full + "\" of " + Tree.text(binding, "roleRef", "kind") + " \""
                + Tree.text(binding, "roleRef", "name") + "\" to " + Tree.text(subject, "kind") + " \""
                + Tree.text(subject, "name") + "\"";
    }

    private static boolean covers(Map<String, Object> rule, Action action) {
        if (!contains(rule, "verbs", action.verb())) {
            return false;
        }
        if (!action.path().isEmpty()) {
            return Tree.texts(rule, "nonResourceURLs").stream().anyMatch(path -> matches(path, action.path()));
        }
        List<String> names = Tree.texts(rule, "resourceNames");
        return contains(rule, "apiGroups", action.group())
                && coversResource(rule, action)
                && (names.isEmpty() || names.contains(action.name()));
    }

    private static boolean coversResource(Map<String, Object> rule, Action action) {
        return contains(rule, "resources", action.fullResource())
                || (!action.subresource().isEmpty()
                        && Tree.texts(rule, "resources").contains("*/" + action.subresource()));
    }

    private static boolean contains(Map<String, Object> rule, String field, String value) {
        List<String> values = Tree.texts(rule, field);
        return values.contains(ANY) || values.contains(value);
    }

    private static boolean matches(String pattern, String path) {
        return pattern.endsWith(ANY)
                ? path.startsWith(pattern.substring(0, pattern.length() - 1))
                : pattern.equals(path);
    }
}
