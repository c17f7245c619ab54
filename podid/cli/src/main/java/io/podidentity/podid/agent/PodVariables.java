// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of containers: those that a container sets itself, and those that it takes from ConfigMaps of the same
 * manifests. Variables from a Secret, or from a ConfigMap that no manifest defines, are not known. Immutable.
 */
public final class PodVariables {

    private final Map<ObjectName, FieldLocation> configMaps;

    private PodVariables(Map<ObjectName, FieldLocation> configMaps) {
        this.configMaps = Map.copyOf(configMaps);
    }

    /** Prepares to read the variables of pods of these manifests. */
    public static PodVariables of(List<Manifest> manifests) {
        var configMaps = new HashMap<ObjectName, FieldLocation>();
        for (Manifest manifest : manifests) {
            if (manifest.kind().equals("ConfigMap")) {
                configMaps.put(manifest.name(), FieldLocation.of(manifest).at("data"));
            }
        }
        return new PodVariables(configMaps);
    }

    /** The known variables of a container, with the places of their values. A variable of its own wins. */
    Map<String, FieldLocation> read(FieldLocation container, String namespace) {
        var variables = new LinkedHashMap<String, FieldLocation>();
        for (FieldLocation source : container.at("envFrom").items()) {
            String prefix = source.at("prefix").text();
            for (FieldLocation entry : findEntries(source.at("configMapRef"), namespace)) {
                variables.put(prefix + entry.key(), entry);
            }
        }
        for (FieldLocation variable : container.at("env").items()) {
            findValue(variable, namespace)
                    .ifPresent(value -> variables.put(variable.at("name").text(), value));
        }
        return variables;
    }

    private Optional<FieldLocation> findValue(FieldLocation variable, String namespace) {
        FieldLocation reference = variable.at("valueFrom", "configMapKeyRef");
        if (reference.exists()) {
            return findConfigMap(reference, namespace)
                    .map(data -> data.at(reference.at("key").text()))
                    .filter(FieldLocation::exists);
        }
        return Optional.of(variable.at("value")).filter(FieldLocation::exists);
    }

    private List<FieldLocation> findEntries(FieldLocation reference, String namespace) {
        return findConfigMap(reference, namespace).map(FieldLocation::fields).orElse(List.of());
    }

    private Optional<FieldLocation> findConfigMap(FieldLocation reference, String namespace) {
        return Optional.ofNullable(
                configMaps.get(new ObjectName(namespace, reference.at("name").text())));
    }
}
