// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of one container, in the order in which the kubelet lets one win over another: what {@code env} says
 * wins over what {@code envFrom} takes over, and there the later source wins. Immutable.
 *
 * @param variables the text of each; empty where the value is in a Secret or a field, which is not read
 * @param isWhole whether each source of {@code envFrom} was read, so that a variable that is not here is not set
 */
record ContainerEnvironment(Map<String, Optional<String>> variables, boolean isWhole) {

    /** @param added what the webhook will add, since it has not seen this container; empty for one that runs */
    static ContainerEnvironment readVariables(
            KubernetesJson container, Map<String, String> added, VariableSources sources) {
        var variables = new HashMap<String, Optional<String>>();
        boolean isWhole = true;
        for (KubernetesJson source : container.at("envFrom").items()) {
            Optional<Map<String, Optional<String>>> contents = sources.readAll(source);
            if (contents.isEmpty()) {
                isWhole = false;
                continue;
            }
            String prefix = source.text("prefix");
            contents.get().forEach((key, text) -> variables.put(prefix + key, text));
        }
        added.forEach((name, text) -> variables.put(name, Optional.of(text)));
        for (KubernetesJson variable : container.at("env").items()) {
            variables.put(variable.text("name"), sources.readText(variable));
        }
        return new ContainerEnvironment(Map.copyOf(variables), isWhole);
    }

    boolean hasVariable(String name) {
        return variables.containsKey(name);
    }

    /** Empty if the variable is not set, or its value was not read. */
    String text(String name) {
        return variables.getOrDefault(name, Optional.empty()).orElse("");
    }

    /** Whether one of them has, or may have, a value that was not read. */
    boolean hidesOneOf(List<String> names) {
        return names.stream().anyMatch(this::mayHide);
    }

    private boolean mayHide(String name) {
        if (!hasVariable(name)) {
            return !isWhole;
        }
        return Optional.empty().equals(variables.get(name));
    }
}
