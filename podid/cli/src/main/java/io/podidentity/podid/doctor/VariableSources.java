// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.Part;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * ConfigMaps with what they say, and Secrets with the names of their keys, of which containers of a namespace take
 * variables. What is not here was not read. Immutable.
 */
record VariableSources(Map<Source, Map<String, Optional<String>>> read) {

    static final VariableSources NONE = new VariableSources(Map.of());

    /** One that a container names. */
    record Source(Kind kind, String name) {

        /** By the resource of kubectl. */
        enum Kind {
            CONFIG_MAP("configmap"),
            SECRET("secret");

            private final String resource;

            Kind(String resource) {
                this.resource = resource;
            }

            String resource() {
                return resource;
            }
        }
    }

    /** Those that the containers of a pod, or of the pods of a workload, name. */
    static Set<Source> of(Part podSpec) {
        var named = new HashSet<Source>();
        containers(podSpec).forEach(container -> {
            container
                    .at("envFrom")
                    .items()
                    .forEach(source -> reference(source, "Ref").ifPresent(named::add));
            container.at("env").items().stream()
                    .map(variable -> variable.at("valueFrom"))
                    .flatMap(from -> reference(from, "KeyRef").stream())
                    .filter(source -> source.kind() == Source.Kind.CONFIG_MAP)
                    .forEach(named::add);
        });
        return named;
    }

    /** Init containers too: they sign in as the others do. */
    static Stream<Part> containers(Part podSpec) {
        return Stream.of("initContainers", "containers").flatMap(list -> podSpec.at(list).items().stream());
    }

    private static Optional<Source> reference(Part holder, String suffix) {
        return Stream.of(
                        new Source(Source.Kind.CONFIG_MAP, holder.text("configMap" + suffix, "name")),
                        new Source(Source.Kind.SECRET, holder.text("secret" + suffix, "name")))
                .filter(source -> !source.name().isEmpty())
                .findFirst();
    }

    /** All of a source of {@code envFrom}; empty if that was not read. */
    Optional<Map<String, Optional<String>>> all(Part source) {
        return reference(source, "Ref").flatMap(this::contents);
    }

    /** The text of a variable; empty if it is in a Secret or a field, or was not read. */
    Optional<String> text(Part variable) {
        Part from = variable.at("valueFrom");
        if (from.map().isEmpty()) {
            return Optional.of(variable.text("value"));
        }
        return reference(from, "KeyRef")
                .flatMap(this::contents)
                .flatMap(all -> all.getOrDefault(from.text("configMapKeyRef", "key"), Optional.empty()));
    }

    private Optional<Map<String, Optional<String>>> contents(Source source) {
        return Optional.ofNullable(read.get(source));
    }

    /** What a ConfigMap says. */
    static Map<String, Optional<String>> texts(Part configMap) {
        var texts = new HashMap<String, Optional<String>>();
        configMap.at("data").map().forEach((key, text) -> texts.put(key, Optional.of(String.valueOf(text))));
        return texts;
    }

    /** The keys of a Secret, whose values are not read. */
    static Map<String, Optional<String>> keys(List<String> names) {
        var keys = new HashMap<String, Optional<String>>();
        names.forEach(name -> keys.put(name, Optional.empty()));
        return keys;
    }
}
