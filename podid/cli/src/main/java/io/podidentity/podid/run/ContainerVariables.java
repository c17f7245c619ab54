// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables that a container has of its own, of which a program gets those that the user names: texts and what
 * ConfigMaps hold, and what Secrets hold only if the user says so. Not thread-safe.
 *
 * <p>There is no list of harmful names: any of a hundred tools runs code for a variable of its own, so that whoever may
 * change the workload could choose one that no list has.
 */
final class ContainerVariables {

    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$|\\(([^()]+)\\))");

    private final Kubectl kubectl;
    private final boolean withSecrets;
    private final Map<String, Map<String, String>> read = new HashMap<>();
    private final Map<String, String> found = new LinkedHashMap<>();
    private final List<String> unreadable = new ArrayList<>();

    ContainerVariables(Kubectl kubectl, boolean withSecrets) {
        this.kubectl = kubectl;
        this.withSecrets = withSecrets;
    }

    static Part container(Part object, String name) {
        return object.podSpec().at("containers").items().stream()
                .filter(container -> container.text("name").equals(name))
                .findFirst()
                .orElse(Part.NONE);
    }

    static Map<String, String> texts(Part object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.map().forEach((key, field) -> texts.put(key, new Part(field).text()));
        return texts;
    }

    /** The names of a container's variables; of a whole ConfigMap or Secret, which is not read, its own name. */
    static List<String> names(Part container) {
        var names = new ArrayList<String>();
        container.at("env").items().forEach(variable -> names.add(variable.text("name")));
        for (Part source : container.at("envFrom").items()) {
            String configMap = source.text("configMapRef", "name");
            names.add(
                    configMap.isEmpty()
                            ? "all of secret " + source.text("secretRef", "name")
                            : "all of configmap " + configMap);
        }
        return names;
    }

    /** Those that can be read; {@link #unreadable} has the others. */
    Map<String, String> of(Part container) throws InterruptedException {
        for (Part source : container.at("envFrom").items()) {
            addAll(source.text("prefix"), "configmap", source.text("configMapRef", "name"));
            addAll(source.text("prefix"), "secret", source.text("secretRef", "name"));
        }
        for (Part variable : container.at("env").items()) {
            String name = variable.text("name");
            Part from = variable.at("valueFrom");
            if (from.map().isEmpty()) {
                found.put(name, expanded(variable.text("value")));
            } else {
                one(from).ifPresentOrElse(value -> found.put(name, value), () -> unreadable.add(name));
            }
        }
        return found;
    }

    List<String> unreadable() {
        return unreadable;
    }

    private void addAll(String prefix, String kind, String name) throws InterruptedException {
        if (!name.isEmpty()) {
            Map<String, String> data = data(kind, name);
            if (data.isEmpty()) {
                unreadable.add("all of " + kind + " " + name);
            }
            data.forEach((key, value) -> found.put(prefix + key, value));
        }
    }

    private Optional<String> one(Part from) throws InterruptedException {
        boolean secret = from.map().containsKey("secretKeyRef");
        Part reference = from.at(secret ? "secretKeyRef" : "configMapKeyRef");
        return reference.map().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(data(secret ? "secret" : "configmap", reference.text("name"))
                        .get(reference.text("key")));
    }

    /** None if it may not be read. */
    private Map<String, String> data(String kind, String name) throws InterruptedException {
        if (kind.equals("secret") && !withSecrets) {
            return Map.of();
        }
        Map<String, String> known = read.get(kind + "/" + name);
        if (known == null) {
            known = fetched(kind, name);
            read.put(kind + "/" + name, known);
        }
        return known;
    }

    private Map<String, String> fetched(String kind, String name) throws InterruptedException {
        try {
            Map<String, String> data = texts(kubectl.readJson("get", kind, name).at("data"));
            if (kind.equals("secret")) {
                data.replaceAll(
                        (key, value) -> new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8));
            }
            return data;
        } catch (KubectlException notReadable) {
            return Map.of();
        }
    }

    /** A reference to an earlier variable is its value; one to another stays as it is written. */
    private String expanded(String value) {
        return REFERENCE
                .matcher(value)
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(2) == null ? "$" : found.getOrDefault(match.group(2), match.group())));
    }
}
