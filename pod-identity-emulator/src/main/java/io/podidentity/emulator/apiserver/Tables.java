package io.podidentity.emulator.apiserver;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Lists of objects as {@code kubectl get} prints them: the server chooses the columns. */
final class Tables {

    private static final String NONE = "<none>";

    /** @param priority 0 for those that are always shown, 1 for those of {@code -o wide} */
    private record Column(String name, int priority, Function<Map<String, Object>, Object> cell) {}

    private static final Column NAME = new Column("Name", 0, object -> Tree.text(object, "metadata", "name"));

    private static final Map<String, List<Column>> COLUMNS = Map.ofEntries(
            Map.entry(
                    "pods",
                    List.of(
                            column("Ready", Tables::readyContainers),
                            column("Status", object -> Tree.text(object, "status", "phase")),
                            column("Restarts", object -> "0"),
                            wide("IP", "status", "podIP"),
                            wide("Node", "spec", "nodeName"))),
            Map.entry("deployments.apps", replicas("readyReplicas")),
            Map.entry("statefulsets.apps", replicas("readyReplicas").subList(0, 1)),
            Map.entry("replicasets.apps", replicas("readyReplicas").subList(0, 1)),
            Map.entry(
                    "daemonsets.apps",
                    List.of(
                            text("Desired", "status", "desiredNumberScheduled"),
                            text("Ready", "status", "numberReady"))),
            Map.entry("secrets", List.of(text("Type", "type"), count("Data", "data"))),
            Map.entry("configmaps", List.of(count("Data", "data"))),
            Map.entry("serviceaccounts", List.of(count("Secrets", "secrets"))),
            Map.entry("namespaces", List.of(text("Status", "status", "phase"))),
            Map.entry("services", List.of(text("Type", "spec", "type"), text("Cluster-IP", "spec", "clusterIP"))),
            Map.entry("roles.rbac.authorization.k8s.io", List.of()),
            Map.entry("rolebindings.rbac.authorization.k8s.io", List.of(column("Role", Tables::role))),
            Map.entry("clusterrolebindings.rbac.authorization.k8s.io", List.of(column("Role", Tables::role))),
            Map.entry(
                    "azureidentities.aadpodidentity.k8s.io",
                    List.of(
                            text("Type", "spec", "type"),
                            text("Client ID", "spec", "clientID"),
                            wide("Resource ID", "spec", "resourceID"))),
            Map.entry(
                    "azureidentitybindings.aadpodidentity.k8s.io",
                    List.of(text("Azure Identity", "spec", "azureIdentity"), text("Selector", "spec", "selector"))),
            Map.entry(
                    "azureassignedidentities.aadpodidentity.k8s.io",
                    List.of(
                            text("Pod", "spec", "pod"),
                            text("Azure Identity", "spec", "azureIdentityRef", "metadata", "name"),
                            text("Node", "spec", "nodename"),
                            text("Status", "status", "status"))));

    private Tables() {}

    private static Column column(String name, Function<Map<String, Object>, Object> cell) {
        return new Column(name, 0, cell);
    }

    private static Column text(String name, String... path) {
        return column(name, object -> orNone(Tree.text(object, path)));
    }

    private static Column wide(String name, String... path) {
        return new Column(name, 1, object -> orNone(Tree.text(object, path)));
    }

    private static Column count(String name, String field) {
        return column(name, object -> Tree.size(object, field));
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static List<Column> replicas(String ready) {
        return List.of(
                column(
                        "Ready",
                        object -> Tree.text(object, "status", ready) + "/" + Tree.text(object, "status", "replicas")),
                text("Up-to-date", "status", "updatedReplicas"),
                text("Available", "status", "availableReplicas"));
    }

    private static String readyContainers(Map<String, Object> pod) {
        List<Map<String, Object>> statuses = Tree.maps(pod, "status", "containerStatuses");
        long ready = statuses.stream()
                .filter(status -> Tree.text(status, "ready").equals("true"))
                .count();
        return ready + "/" + statuses.size();
    }

    private static String role(Map<String, Object> binding) {
        return Tree.text(binding, "roleRef", "kind") + "/" + Tree.text(binding, "roleRef", "name");
    }

    /**
     * The table.
     *
     * @param include how much of each object goes with its row: None, Metadata or Object
     */
    static Map<String, Object> of(
            ApiResource resource, List<Map<String, Object>> objects, String include, String listVersion, Instant now) {
        var columns = new ArrayList<Column>();
        columns.add(NAME);
        columns.addAll(COLUMNS.getOrDefault(resource.qualified(), List.of()));
        columns.add(column("Age", object -> age(object, now)));
        var table = new LinkedHashMap<String, Object>();
        table.put("kind", "Table");
        table.put("apiVersion", "meta.k8s.io/v1");
        table.put("metadata", Map.of("resourceVersion", listVersion));
        table.put("columnDefinitions", columns.stream().map(Tables::definition).toList());
        table.put(
                "rows",
                objects.stream().map(object -> row(object, columns, include)).toList());
        return table;
    }

    private static Map<String, Object> definition(Column column) {
        boolean isName = column.equals(NAME);
        return Map.of(
                "name",
                column.name(),
                "type",
                "string",
                "format",
                isName ? "name" : "",
                "description",
                "",
                "priority",
                column.priority());
    }

    private static Map<String, Object> row(Map<String, Object> object, List<Column> columns, String include) {
        var row = new LinkedHashMap<String, Object>();
        row.put(
                "cells",
                columns.stream().map(column -> column.cell().apply(object)).collect(Collectors.toList()));
        if (include.equals("Object")) {
            row.put("object", object);
        } else if (!include.equals("None")) {
            row.put(
                    "object",
                    Map.of(
                            "kind", "PartialObjectMetadata",
                            "apiVersion", "meta.k8s.io/v1",
                            "metadata", Tree.map(object, "metadata")));
        }
        return row;
    }

    private static String age(Map<String, Object> object, Instant now) {
        Instant created;
        try {
            created = Instant.parse(Tree.text(object, "metadata", "creationTimestamp"));
        } catch (java.time.format.DateTimeParseException e) {
            return "<unknown>";
        }
        Duration age = Duration.between(created, now);
        if (age.toMinutes() < 2) {
            return Math.max(0, age.toSeconds()) + "s";
        }
        return age.toHours() < 2 ? age.toMinutes() + "m" : age.toDays() < 2 ? age.toHours() + "h" : age.toDays() + "d";
    }
}
