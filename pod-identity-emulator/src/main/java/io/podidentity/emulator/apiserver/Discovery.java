package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.http.Answer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells clients which resources there are: all at once for newer ones, group by group for others. */
final class Discovery {

    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final String KIND = "kind";
    private static final String API_VERSION = "apiVersion";

    private final Collection<ApiResource> resources;

    Discovery(Collection<ApiResource> resources) {
        this.resources = resources;
    }

    /**
     * What is at a path.
     *
     * @param accept what the client wants to read
     * @return empty if there is nothing
     */
    Optional<Answer> answer(List<String> path, String accept) {
        boolean core = path.get(0).equals("api");
        if (path.size() == 1) {
            return Optional.of(accept.replace(" ", "").contains(AGGREGATED) ? aggregated(core) : roots(core));
        }
        String group = core ? "" : path.get(1);
        if (!core && path.size() == 2) {
            return groups().containsKey(group)
                    ? Optional.of(json(typed("APIGroup", "v1", group(group))))
                    : Optional.empty();
        }
        List<ApiResource> ofVersion = resources.stream()
                .filter(one -> one.group().equals(group) && one.version().equals(path.get(path.size() - 1)))
                .toList();
        return ofVersion.isEmpty() ? Optional.empty() : Optional.of(json(resourceList(ofVersion)));
    }

    /** Versions by group, both in order. */
    private Map<String, List<String>> groups() {
        return resources.stream()
                .collect(Collectors.groupingBy(
                        ApiResource::group,
                        LinkedHashMap::new,
                        Collectors.collectingAndThen(
                                Collectors.mapping(ApiResource::version, Collectors.toList()),
                                versions -> versions.stream().distinct().toList())));
    }

    private static Answer json(Map<String, Object> object) {
        return Answer.json(200, object);
    }

    private static Map<String, Object> typed(String kind, String version, Map<String, Object> fields) {
        var object = new LinkedHashMap<String, Object>();
        object.put(KIND, kind);
        object.put(API_VERSION, version);
        object.putAll(fields);
        return object;
    }

    private Answer roots(boolean core) {
        if (core) {
            return json(typed("APIVersions", "v1", Map.of("versions", List.of("v1"))));
        }
        List<Map<String, Object>> all = groups().keySet().stream()
                .filter(group -> !group.isEmpty())
                .map(this::group)
                .toList();
        return json(typed("APIGroupList", "v1", Map.of("groups", all)));
    }

    private Map<String, Object> group(String name) {
        List<Map<String, Object>> versions = groups().getOrDefault(name, List.of()).stream()
                .map(version -> Map.<String, Object>of("groupVersion", name + "/" + version, "version", version))
                .toList();
        return new LinkedHashMap<>(Map.of("name", name, "versions", versions, "preferredVersion", versions.get(0)));
    }

    private static Map<String, Object> resourceList(List<ApiResource> resources) {
        var list = new ArrayList<Map<String, Object>>();
        for (ApiResource resource : resources) {
            var object = new LinkedHashMap<String, Object>();
            object.put("name", resource.plural());
            object.put("singularName", resource.singular());
            object.put("namespaced", resource.namespaced());
            object.put(KIND, resource.kind());
            object.put("verbs", resource.verbs());
            if (!resource.shortNames().isEmpty()) {
                object.put("shortNames", resource.shortNames());
            }
            list.add(object);
            if (isServiceAccount(resource)) {
                var token = new LinkedHashMap<>(tokenKind());
                token.put("name", "serviceaccounts/token");
                token.put("singularName", "");
                token.put("namespaced", true);
                token.put("verbs", ApiResource.CREATE);
                list.add(token);
            }
        }
        return typed(
                "APIResourceList", "v1", Map.of("groupVersion", resources.get(0).apiVersion(), "resources", list));
    }

    private static boolean isServiceAccount(ApiResource resource) {
        return resource.group().isEmpty() && resource.kind().equals("ServiceAccount");
    }

    private static Map<String, Object> tokenKind() {
        return Map.of("group", "authentication.k8s.io", "version", "v1", KIND, "TokenRequest");
    }

    private Answer aggregated(boolean core) {
        List<Map<String, Object>> items = groups().entrySet().stream()
                .filter(group -> group.getKey().isEmpty() == core)
                .map(group -> item(group.getKey(), group.getValue()))
                .toList();
        Map<String, Object> list =
                typed("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2", Map.of("metadata", Map.of(), "items", items));
        return json(list).with("Content-Type", AGGREGATED);
    }

    private Map<String, Object> item(String group, List<String> versions) {
        return Map.of(
                "metadata",
                group.isEmpty() ? Map.of() : Map.of("name", group),
                "versions",
                versions.stream().map(version -> version(group, version)).toList());
    }

    private Map<String, Object> version(String group, String version) {
        return Map.of(
                "version",
                version,
                "freshness",
                "Current",
                "resources",
                resources.stream()
                        .filter(one ->
                                one.group().equals(group) && one.version().equals(version))
                        .map(Discovery::aggregated)
                        .toList());
    }

    private static Map<String, Object> aggregated(ApiResource resource) {
        var object = new LinkedHashMap<String, Object>();
        object.put("resource", resource.plural());
        object.put("responseKind", resource.groupVersionKind());
        object.put("scope", resource.namespaced() ? "Namespaced" : "Cluster");
        object.put("singularResource", resource.singular());
        object.put("verbs", resource.verbs());
        object.put("shortNames", resource.shortNames());
        object.put(
                "subresources",
                Stream.of(resource)
                        .filter(Discovery::isServiceAccount)
                        .map(one -> Map.of(
                                "subresource", "token", "responseKind", tokenKind(), "verbs", ApiResource.CREATE))
                        .toList());
        return object;
    }
}
