// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables that a container has of its own, of which a program gets those that the user names: texts and what
 * ConfigMaps hold, and what Secrets hold only if the user says so. Its text form shows no value. Immutable.
 *
 * <p>There is no list of harmful names: any of a hundred tools runs code for a variable of its own, so that whoever may
 * change the workload could choose one that no list has.
 *
 * @param readable values by name, in the order of the container
 * @param unreadable the names of the others; of a whole ConfigMap or Secret, what it is called
 */
record ContainerVariables(Map<String, String> readable, List<String> unreadable) {

    ContainerVariables {
        readable = Collections.unmodifiableMap(new LinkedHashMap<>(readable));
        unreadable = List.copyOf(unreadable);
    }

    /** Where a value can come from that does not stand in the container itself. */
    private enum Source {
        CONFIG_MAP("configmap", "configMapRef", "configMapKeyRef"),
        SECRET("secret", "secretRef", "secretKeyRef");

        /** As kubectl calls it. */
        private final String kind;

        /** The field of a container that refers to a whole object. */
        private final String wholeField;

        /** The field of a variable that refers to one value of an object. */
        private final String keyField;

        Source(String kind, String wholeField, String keyField) {
            this.kind = kind;
            this.wholeField = wholeField;
            this.keyField = keyField;
        }

        String describeWhole(String name) {
            return "all of " + kind + " " + name;
        }
    }

    /** The container of that name in a pod or in what makes pods; {@link KubernetesJson#NONE} if there is none. */
    static KubernetesJson container(KubernetesJson object, String name) {
        return object.podSpec().at("containers").items().stream()
                .filter(container -> container.text("name").equals(name))
                .findFirst()
                .orElse(KubernetesJson.NONE);
    }

    static Map<String, String> texts(KubernetesJson object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.map().forEach((key, field) -> texts.put(key, new KubernetesJson(field).text()));
        return texts;
    }

    /** The names of a container's variables; of a whole ConfigMap or Secret, which is not read, its own name. */
    static List<String> names(KubernetesJson container) {
        var names = new ArrayList<String>();
        container.at("env").items().forEach(variable -> names.add(variable.text("name")));
        for (KubernetesJson whole : container.at("envFrom").items()) {
            boolean isConfigMap = whole.map().containsKey(Source.CONFIG_MAP.wholeField);
            Source source = isConfigMap ? Source.CONFIG_MAP : Source.SECRET;
            names.add(source.describeWhole(whole.text(source.wholeField, "name")));
        }
        return names;
    }

    /** @param withSecrets whether to read what Secrets hold */
    static ContainerVariables read(Kubectl kubectl, KubernetesJson container, boolean withSecrets)
            throws InterruptedException {
        return new Reader(kubectl, withSecrets).read(container);
    }

    @Override
    public String toString() {
        return readable.keySet().toString();
    }

    /** Reads one container's variables, each ConfigMap and each Secret once. Not thread-safe. */
    private static final class Reader {

        private static final Pattern REFERENCE = Pattern.compile("\\$(\\$|\\(([^()]+)\\))");

        private final Kubectl kubectl;
        private final boolean withSecrets;
        private final Map<String, Map<String, String>> objects = new HashMap<>();
        private final Map<String, String> readable = new LinkedHashMap<>();
        private final List<String> unreadable = new ArrayList<>();

        Reader(Kubectl kubectl, boolean withSecrets) {
            this.kubectl = kubectl;
            this.withSecrets = withSecrets;
        }

        /** In Kubernetes' order: a variable of the container wins over one of a whole object. */
        ContainerVariables read(KubernetesJson container) throws InterruptedException {
            for (KubernetesJson whole : container.at("envFrom").items()) {
                for (Source source : Source.values()) {
                    addWhole(whole.text("prefix"), source, whole.text(source.wholeField, "name"));
                }
            }
            for (KubernetesJson variable : container.at("env").items()) {
                addVariable(variable);
            }
            return new ContainerVariables(readable, unreadable);
        }

        private void addWhole(String prefix, Source source, String name) throws InterruptedException {
            if (name.isEmpty()) {
                return;
            }
            Map<String, String> data = data(source, name);
            if (data.isEmpty()) {
                unreadable.add(source.describeWhole(name));
            }
            data.forEach((key, value) -> readable.put(prefix + key, value));
        }

        private void addVariable(KubernetesJson variable) throws InterruptedException {
            String name = variable.text("name");
            KubernetesJson origin = variable.at("valueFrom");
            if (origin.map().isEmpty()) {
                readable.put(name, expandReferences(variable.text("value")));
                return;
            }
            Optional<String> value = findReferenced(origin);
            if (value.isPresent()) {
                readable.put(name, value.get());
            } else {
                unreadable.add(name);
            }
        }

        /** Empty also for what comes from a field of the pod, which is known only to a pod that runs. */
        private Optional<String> findReferenced(KubernetesJson origin) throws InterruptedException {
            for (Source source : Source.values()) {
                KubernetesJson reference = origin.at(source.keyField);
                if (!reference.map().isEmpty()) {
                    Map<String, String> data = data(source, reference.text("name"));
                    return Optional.ofNullable(data.get(reference.text("key")));
                }
            }
            return Optional.empty();
        }

        /** None if it may not be read. */
        private Map<String, String> data(Source source, String name) throws InterruptedException {
            if (source == Source.SECRET && !withSecrets) {
                return Map.of();
            }
            String object = source.kind + "/" + name;
            Map<String, String> known = objects.get(object);
            if (known == null) {
                known = fetch(source, name);
                objects.put(object, known);
            }
            return known;
        }

        private Map<String, String> fetch(Source source, String name) throws InterruptedException {
            try {
                Map<String, String> data =
                        texts(kubectl.readJson("get", source.kind, name).at("data"));
                if (source == Source.SECRET) {
                    data.replaceAll((key, value) -> decode(value));
                }
                return data;
            } catch (KubectlException notReadable) {
                return Map.of();
            }
        }

        private static String decode(String base64) {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
        }

        /** As Kubernetes expands them: {@code $(NAME)}, and {@code $$} for a dollar sign. */
        private String expandReferences(String value) {
            return REFERENCE.matcher(value).replaceAll(reference -> Matcher.quoteReplacement(expand(reference)));
        }

        /** A reference to an earlier variable is its value; one to another stays as it is written. */
        private String expand(MatchResult reference) {
            String name = reference.group(2);
            if (name == null) {
                return "$";
            }
            return readable.getOrDefault(name, reference.group());
        }
    }
}
