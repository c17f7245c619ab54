// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.http.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells clients which resources there are: all at once, as kubectl asks since 1.30. */
final class Discovery {

    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final Map<String, Object> TOKEN =
            Map.of("group", "authentication.k8s.io", "version", "v1", "kind", "TokenRequest");

    private Discovery() {}

    /** What is at {@code /api} and {@code /apis}. */
    static Answer groups(boolean core) {
        Map<String, List<ApiResource>> groups = ApiResource.ALL.stream()
                .filter(one -> one.group().isEmpty() == core)
                .collect(Collectors.groupingBy(ApiResource::group, LinkedHashMap::new, Collectors.toList()));
        return Answer.json(
                        200,
                        Map.of(
                                "kind",
                                "APIGroupDiscoveryList",
                                "apiVersion",
                                "apidiscovery.k8s.io/v2",
                                "metadata",
                                Map.of(),
                                "items",
                                groups.entrySet().stream()
                                        .map(group -> group(group.getKey(), group.getValue()))
                                        .toList()))
                .with("Content-Type", AGGREGATED);
    }

    private static Map<String, Object> group(String name, List<ApiResource> resources) {
        return Map.of(
                "metadata",
                name.isEmpty() ? Map.of() : Map.of("name", name),
                "versions",
                List.of(Map.of(
                        "version", "v1",
                        "freshness", "Current",
                        "resources",
                                resources.stream().map(Discovery::aggregated).toList())));
    }

    private static Map<String, Object> aggregated(ApiResource one) {
        return Map.of(
                "resource", one.plural(),
                "responseKind", Map.of("group", one.group(), "version", one.version(), "kind", one.kind()),
                "scope", one.namespaced() ? "Namespaced" : "Cluster",
                "singularResource", one.singular(),
                "verbs", List.of("get", "list"),
                "shortNames", List.of(),
                "subresources",
                        one.kind().equals("ServiceAccount")
                                ? List.of(Map.of(
                                        "subresource", "token", "responseKind", TOKEN, "verbs", List.of("create")))
                                : List.of());
    }

    /** What is at {@code /api/v1}, {@code /apis/apps/v1} and the like, for clients other than kubectl. */
    static Answer resources(String group) {
        List<Map<String, Object>> list = ApiResource.ALL.stream()
                .filter(one -> one.group().equals(group))
                .map(one -> Map.<String, Object>of(
                        "name", one.plural(),
                        "singularName", one.singular(),
                        "namespaced", one.namespaced(),
                        "kind", one.kind(),
                        "verbs", List.of("get", "list")))
                .toList();
        String version = group.isEmpty() ? "v1" : group + "/v1";
        return Answer.json(
                200, Map.of("kind", "APIResourceList", "apiVersion", "v1", "groupVersion", version, "resources", list));
    }
}
