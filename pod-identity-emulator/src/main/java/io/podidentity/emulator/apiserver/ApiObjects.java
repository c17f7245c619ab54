package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The objects of the API at one moment, as JSON. Not thread-safe. */
final class ApiObjects {

    private final ApiResources resources;
    private final Map<ApiResource, Map<ObjectName, Map<String, Object>>> byResource = new LinkedHashMap<>();

    ApiObjects(ApiResources resources) {
        this.resources = resources;
    }

    ApiResources resources() {
        return resources;
    }

    /** Puts an object, in place of one of the same name. */
    void put(ApiResource resource, Map<String, Object> object) {
        byResource.computeIfAbsent(resource, key -> new TreeMap<>()).put(name(object), object);
    }

    /** Puts an object unless there is one of that name. */
    void putIfAbsent(ApiResource resource, Map<String, Object> object) {
        byResource.computeIfAbsent(resource, key -> new TreeMap<>()).putIfAbsent(name(object), object);
    }

    void remove(ApiResource resource, ObjectName name) {
        byResource.getOrDefault(resource, Map.of()).remove(name);
    }

    /** A new object with its name alone. */
    static Map<String, Object> named(String apiVersion, String kind, ObjectName name) {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("name", name.name());
        if (!name.namespace().isEmpty()) {
            metadata.put("namespace", name.namespace());
        }
        var object = new LinkedHashMap<String, Object>();
        object.put("apiVersion", apiVersion);
        object.put("kind", kind);
        object.put("metadata", metadata);
        return object;
    }

    /** The name in an object's metadata; the namespace is empty if its kind has none. */
    static ObjectName name(Map<String, Object> object) {
        return new ObjectName(Tree.text(object, "metadata", "namespace"), Tree.text(object, "metadata", "name"));
    }

    Optional<Map<String, Object>> find(ApiResource resource, ObjectName name) {
        return Optional.ofNullable(byResource.getOrDefault(resource, Map.of()).get(name));
    }

    /**
     * Those of a namespace, sorted by name.
     *
     * @param namespace empty for all
     */
    List<Map<String, Object>> list(ApiResource resource, String namespace) {
        return byResource.getOrDefault(resource, Map.of()).entrySet().stream()
                .filter(entry ->
                        namespace.isEmpty() || entry.getKey().namespace().equals(namespace))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The same by API version and kind, of all namespaces. */
    List<Map<String, Object>> list(String apiVersion, String kind) {
        return list(resources.ofKind(apiVersion, kind), "");
    }

    /** All of them. */
    Map<ApiResource, Map<ObjectName, Map<String, Object>>> all() {
        return byResource;
    }
}
