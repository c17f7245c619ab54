// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.manifests;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/**
 * One file of {@code manifests/rendered}, which {@code e2e/render.sh} writes, with methods for the parts that tests
 * need most.
 */
record Rendered(String name, List<Map<String, Object>> manifests) {

    @SuppressWarnings("unchecked") // a stream of manifests holds objects
    static Rendered read(String name) {
        InputStream in = Rendered.class.getResourceAsStream("/manifests/rendered/" + name + ".yaml");
        return new Rendered(
                name,
                StreamSupport.stream(new Yaml().loadAll(in).spliterator(), false)
                        .map(document -> (Map<String, Object>) document)
                        .toList());
    }

    List<String> kinds() {
        return manifests.stream()
                .map(manifest -> manifest.get("kind").toString())
                .toList();
    }

    Optional<Map<String, Object>> find(String kind) {
        return manifests.stream()
                .filter(manifest -> manifest.get("kind").equals(kind))
                .findFirst();
    }

    /** The value at a path such as {@code spec.podSelector.matchLabels} in the only manifest of that kind. */
    Object at(String kind, String path) {
        return at(find(kind).orElseThrow(), path);
    }

    /** The pod, or the pod template of the Deployment. */
    Map<String, Object> pod() {
        return find("Pod").orElseGet(() -> object(at("Deployment", "spec.template")));
    }

    Map<String, Object> container() {
        return object(list(at(pod(), "spec.containers")).get(0));
    }

    static Object at(Map<String, Object> manifest, String path) {
        Object value = manifest;
        for (String name : path.split("\\.", -1)) {
            value = object(value).get(name);
            if (value == null) {
                throw new AssertionError("no " + path + " in " + manifest);
            }
        }
        return value;
    }

    @SuppressWarnings("unchecked") // an object of YAML has names as keys here
    static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
