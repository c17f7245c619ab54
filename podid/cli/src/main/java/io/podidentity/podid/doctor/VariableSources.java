// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The ConfigMaps and Secrets from which the containers of a namespace take variables: of a ConfigMap what it says, of a
 * Secret only the names of its keys. What is not here was not read. Immutable.
 */
record VariableSources(Map<Source, Map<String, Optional<String>>> read) {

    static final VariableSources NONE = new VariableSources(Map.of());

    /** A ConfigMap or a Secret that a container names. */
    record Source(Kind kind, String name) {

        /** The kinds of sources, with what kubectl calls them. */
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

    /** The sources that the containers of a pod, or of the pods of a workload, name. */
    static Set<Source> findNamed(KubernetesJson podSpec) {
        var named = new HashSet<Source>();
        for (KubernetesJson container : listContainers(podSpec).toList()) {
            for (KubernetesJson source : container.at("envFrom").items()) {
                findReference(source, "Ref").ifPresent(named::add);
            }
            for (KubernetesJson variable : container.at("env").items()) {
                // The value of a Secret's key is not read, so that of a ConfigMap's key alone is worth a look.
                findReference(variable.at("valueFrom"), "KeyRef")
                        .filter(source -> source.kind() == Source.Kind.CONFIG_MAP)
                        .ifPresent(named::add);
            }
        }
        return named;
    }

    /** All containers of a pod, the init containers among them: they sign in as the others do. */
    static Stream<KubernetesJson> listContainers(KubernetesJson podSpec) {
        return Stream.of("initContainers", "containers").flatMap(list -> podSpec.at(list).items().stream());
    }

    /** @param suffix {@code Ref} or {@code KeyRef}, with which Kubernetes ends the name of the field */
    private static Optional<Source> findReference(KubernetesJson holder, String suffix) {
        return Stream.of(
                        new Source(Source.Kind.CONFIG_MAP, holder.text("configMap" + suffix, "name")),
                        new Source(Source.Kind.SECRET, holder.text("secret" + suffix, "name")))
                .filter(source -> !source.name().isEmpty())
                .findFirst();
    }

    /** All variables of a source of {@code envFrom}; empty if that was not read. */
    Optional<Map<String, Optional<String>>> readAll(KubernetesJson source) {
        return findReference(source, "Ref").flatMap(this::findContents);
    }

    /** The text of a variable; empty if it is in a Secret or a field, or was not read. */
    Optional<String> readText(KubernetesJson variable) {
        KubernetesJson from = variable.at("valueFrom");
        if (from.map().isEmpty()) {
            return Optional.of(variable.text("value"));
        }
        return findReference(from, "KeyRef")
                .flatMap(this::findContents)
                .flatMap(all -> all.getOrDefault(from.text("configMapKeyRef", "key"), Optional.empty()));
    }

    private Optional<Map<String, Optional<String>>> findContents(Source source) {
        return Optional.ofNullable(read.get(source));
    }

    /** What a ConfigMap says. */
    static Map<String, Optional<String>> textsOfConfigMap(KubernetesJson configMap) {
        var texts = new HashMap<String, Optional<String>>();
        configMap.at("data").map().forEach((key, text) -> texts.put(key, Optional.of(String.valueOf(text))));
        return texts;
    }

    /** The keys of a Secret, whose values are not read. */
    static Map<String, Optional<String>> keysOfSecret(List<String> names) {
        var keys = new HashMap<String, Optional<String>>();
        names.forEach(name -> keys.put(name, Optional.empty()));
        return keys;
    }
}
