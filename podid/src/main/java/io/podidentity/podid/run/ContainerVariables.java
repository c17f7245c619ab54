package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
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
import org.jspecify.annotations.Nullable;

/**
 * The variables that a container has of its own: texts and what ConfigMaps hold, and what Secrets hold only if the user
 * says so. Not thread-safe.
 */
final class ContainerVariables {

    /** Where another machine's paths would do harm, or whoever may change the workload could run code here. */
    private static final Pattern OF_A_MACHINE = Pattern.compile("PATH|HOME|USER|LOGNAME|SHELL|PWD|TMPDIR|HOSTNAME|ENV"
            + "|BASH_ENV|LD_.*|DYLD_.*|GCONV_PATH|JAVA_HOME|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS|NODE_OPTIONS"
            + "|NODE_PATH|PYTHON.*|PERL5.*|RUBY.*|GIT_.*|SSH_.*|DOTNET_STARTUP_HOOKS|CORECLR_.*|COR_.*|KUBECONFIG"
            + "|KUBERNETES_.*");

    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$|\\(([^()]+)\\))");

    private final Kubectl kubectl;
    private final boolean withSecrets;
    private final Map<String, Map<String, String>> read = new HashMap<>();
    private final Map<String, String> found = new LinkedHashMap<>();
    private final List<String> left = new ArrayList<>();

    ContainerVariables(Kubectl kubectl, boolean withSecrets) {
        this.kubectl = kubectl;
        this.withSecrets = withSecrets;
    }

    /** The container of that name in a pod or in what makes pods; empty if it is not there. */
    static Map<String, Object> container(Map<String, Object> object, String name) {
        Map<String, Object> spec = map(object.get("spec"));
        for (String template : List.of("jobTemplate", "template")) {
            spec = spec.containsKey(template) ? map(map(spec.get(template)).get("spec")) : spec;
        }
        return maps(spec.get("containers")).stream()
                .filter(container -> name.equals(container.get("name")))
                .findFirst()
                .orElse(Map.of());
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static List<Map<String, Object>> maps(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().map(ContainerVariables::map).toList()
                : List.of();
    }

    /** The texts of a JSON object. */
    static Map<String, String> texts(@Nullable Object value) {
        var texts = new LinkedHashMap<String, String>();
        map(value).forEach((key, text) -> texts.put(key, String.valueOf(text)));
        return texts;
    }

    /** What of them a program on this machine gets. */
    Map<String, String> of(Map<String, Object> container) throws InterruptedException {
        for (Map<String, Object> source : maps(container.get("envFrom"))) {
            String prefix = String.valueOf(source.getOrDefault("prefix", ""));
            addAll(prefix, "configmap", map(source.get("configMapRef")));
            addAll(prefix, "secret", map(source.get("secretRef")));
        }
        for (Map<String, Object> variable : maps(container.get("env"))) {
            String name = String.valueOf(variable.get("name"));
            Map<String, Object> from = map(variable.get("valueFrom"));
            if (from.isEmpty()) {
                put(name, expanded(String.valueOf(variable.getOrDefault("value", ""))));
            } else {
                one(from).ifPresentOrElse(value -> put(name, value), () -> left.add(name));
            }
        }
        return found;
    }

    /** The names of those that it does not get, or where they are from. */
    List<String> left() {
        return left;
    }

    private void put(String name, String value) {
        if (OF_A_MACHINE.matcher(name).matches()) {
            left.add(name);
        } else {
            found.put(name, value);
        }
    }

    private void addAll(String prefix, String kind, Map<String, Object> reference) throws InterruptedException {
        if (!reference.isEmpty()) {
            String name = String.valueOf(reference.get("name"));
            Map<String, String> data = data(kind, name);
            if (data.isEmpty()) {
                left.add("all of " + kind + " " + name);
            }
            data.forEach((key, value) -> put(prefix + key, value));
        }
    }

    private Optional<String> one(Map<String, Object> from) throws InterruptedException {
        boolean secret = from.containsKey("secretKeyRef");
        Map<String, Object> reference = map(from.get(secret ? "secretKeyRef" : "configMapKeyRef"));
        return reference.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(data(secret ? "secret" : "configmap", String.valueOf(reference.get("name")))
                        .get(String.valueOf(reference.get("key"))));
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
            Map<String, String> data = texts(kubectl.json("get", kind, name).get("data"));
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
