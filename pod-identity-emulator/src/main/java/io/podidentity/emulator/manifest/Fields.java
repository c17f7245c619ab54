package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads fields of an object as Go's decoder does: an absent or null field is empty, and a value of another type is a
 * problem. Not thread-safe.
 */
final class Fields {

    private static final Pattern LABEL = Pattern.compile("(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
    private static final Pattern LABEL_KEY = Pattern.compile(
            "((?=[^/]{1,253}/)[a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    private static final Pattern PUT_IN_LATER = Pattern.compile("[{$<]");
    private static final String RULE_OF_LABELS =
            ", which is at most 63 letters, digits, -, _ and ., the first and the last a letter or digit";

    private final Yaml.Mapping mapping;
    private final String path;
    private final Decoding decoding;
    private final boolean ignoreCase;
    private final Set<String> known = new HashSet<>();
    private final Set<String> taken = new HashSet<>();

    private Fields(Yaml.Mapping mapping, String path, Decoding decoding, boolean ignoreCase) {
        this.mapping = mapping;
        this.path = path;
        this.decoding = decoding;
        this.ignoreCase = ignoreCase;
    }

    static Fields of(Yaml.Mapping object, Decoding decoding) {
        return new Fields(object, "", decoding, false);
    }

    Position position() {
        return mapping.position();
    }

    boolean has(String name) {
        return find(name).isPresent();
    }

    String string(String name) {
        return find(name).map(value -> asString(value, path(name))).orElse("");
    }

    /** As written, of whatever type: ports are numbers or names. */
    String text(String name) {
        return find(name)
                .map(value -> value instanceof Yaml.Scalar scalar ? scalar.text() : "")
                .orElse("");
    }

    private String asString(Yaml value, String at) {
        if (value instanceof Yaml.Scalar scalar && scalar.value() instanceof String text) {
            return text;
        }
        wrongType(value, at, "string");
        return "";
    }

    long integer(String name, long absent) {
        Optional<Yaml> value = find(name);
        if (value.isEmpty()) {
            return absent;
        }
        if (value.get() instanceof Yaml.Scalar scalar && scalar.value() instanceof Long number) {
            return number;
        }
        wrongType(value.get(), path(name), "integer");
        return absent;
    }

    boolean bool(String name) {
        Optional<Yaml> value = find(name);
        if (value.isEmpty()) {
            return false;
        }
        if (value.get() instanceof Yaml.Scalar scalar && scalar.value() instanceof Boolean flag) {
            return flag;
        }
        wrongType(value.get(), path(name), "boolean");
        return false;
    }

    /** The fields of an object, of an empty one if it is absent. */
    Fields object(String name) {
        return object(name, ignoreCase);
    }

    /** As above, where letter case does not matter. */
    Fields objectIgnoringCase(String name) {
        return object(name, true);
    }

    private Fields object(String name, boolean anyCase) {
        Yaml.Mapping child = find(name)
                .map(value -> asMapping(value, path(name)))
                .orElseGet(() -> new Yaml.Mapping(List.of(), mapping.position()));
        return new Fields(child, path(name), decoding, anyCase);
    }

    private Yaml.Mapping asMapping(Yaml value, String at) {
        if (value instanceof Yaml.Mapping child) {
            return child;
        }
        wrongType(value, at, "object");
        return new Yaml.Mapping(List.of(), value.position());
    }

    /** The objects of a list. */
    <T> List<T> objects(String name, Function<Fields, T> decode) {
        var decoded = new ArrayList<T>();
        for (Yaml element : list(name)) {
            String at = path(name) + "[" + decoded.size() + "]";
            decoded.add(decode.apply(new Fields(asMapping(element, at), at, decoding, ignoreCase)));
        }
        return decoded;
    }

    List<String> strings(String name) {
        return list(name).stream()
                .map(element -> asString(element, path(name) + "[]"))
                .toList();
    }

    private List<Yaml> list(String name) {
        Optional<Yaml> value = find(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof Yaml.Sequence sequence) {
            return sequence.elements();
        }
        wrongType(value.get(), path(name), "array");
        return List.of();
    }

    /** A map of strings, whose keys are data and not fields; in the order of the manifest. */
    Map<String, String> stringMap(String name) {
        var map = new LinkedHashMap<String, String>();
        for (Yaml.Entry entry : object(name).mapping.entries()) {
            map.put(entry.key(), entry.value().isNull() ? "" : asString(entry.value(), path(name) + "." + entry.key()));
        }
        return map;
    }

    /**
     * The labels of an object's metadata, as the API server takes them.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/">labels</a>
     */
    Map<String, String> labels() {
        Map<String, String> labels = stringMap("labels");
        var written = find("labels").orElse(null) instanceof Yaml.Mapping map ? map.entries() : List.<Yaml.Entry>of();
        for (Yaml.Entry entry : written) {
            String at = path("labels") + "." + entry.key();
            if (!LABEL_KEY.matcher(entry.key()).matches()) {
                decoding.invalid(entry.value(), at, "cannot be the key of a label" + RULE_OF_LABELS);
            }
            String value = labels.getOrDefault(entry.key(), "");
            // Such a value cannot be judged.
            if (!LABEL.matcher(value).matches() && !PUT_IN_LATER.matcher(value).find()) {
                decoding.invalid(entry.value(), at, "cannot be \"" + value + "\"" + RULE_OF_LABELS);
            }
        }
        return labels;
    }

    /** Reports what the type of Kubernetes does not have, such as {@code PodSpec}. */
    void reportUnknownOf(String type) {
        reportUnknown(KubernetesFields.of(type));
    }

    /** Reports unknown fields but these and those that have been read. */
    void reportUnknownBut(String... others) {
        known.addAll(List.of(others));
        reportUnknown(known);
    }

    private void reportUnknown(Set<String> names) {
        for (Yaml.Entry entry : mapping.entries()) {
            // What begins so tells kubectl or kustomize how to patch.
            if (!taken.contains(entry.key())
                    && !names.contains(entry.key())
                    && !entry.key().startsWith("$")) {
                decoding.unknownField(entry, path(entry.key()), names);
            }
        }
    }

    void wrongType(Yaml value, String at, String expected) {
        decoding.wrongType(value, at, expected);
    }

    private Optional<Yaml> find(String name) {
        known.add(name);
        Optional<Yaml.Entry> found = mapping.entries().stream()
                .filter(entry -> entry.key().equals(name))
                .findFirst()
                .or(() -> mapping.entries().stream()
                        .filter(entry -> ignoreCase && entry.key().equalsIgnoreCase(name))
                        .findFirst());
        found.ifPresent(entry -> taken.add(entry.key()));
        return found.map(Yaml.Entry::value).filter(value -> !value.isNull());
    }

    private String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
