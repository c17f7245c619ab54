// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads fields of an object as Go's decoder does: an absent or null field is empty, and a value of another type is a
 * problem. Not thread-safe.
 */
final class Fields {

    /** By type, as the API server of 1.34 names them in its OpenAPI; e2e/fields.py writes the resource. */
    private static final Map<String, Set<String>> OF_KUBERNETES = fieldsOfKubernetes();

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

    private static Map<String, Set<String>> fieldsOfKubernetes() {
        var types = new Properties();
        try (InputStream in = Fields.class.getResourceAsStream("kubernetes-1.34.properties")) {
            types.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return types.stringPropertyNames().stream()
                .collect(Collectors.toMap(
                        type -> type,
                        type -> new TreeSet<>(List.of(types.getProperty(type).split(" ")))));
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
        return find(name).flatMap(value -> string(value, path(name))).orElse("");
    }

    /** The name of another object, empty if it is absent. One that Kubernetes does not take is reported. */
    String nameOfObject(String name) {
        String text = string(name);
        Optional<Yaml> written = find(name);
        if (!text.isEmpty() && written.isPresent()) {
            NameRule.SUBDOMAIN
                    .refusal(text)
                    .ifPresent(why -> decoding.reportInvalid(written.get(), path(name), "is no name: " + why));
        }
        return text;
    }

    private Optional<String> string(Yaml value, String at) {
        return typed(value, at, String.class, "string");
    }

    /** As written, of whatever type: ports are numbers or names. */
    String text(String name) {
        return find(name).map(value -> value.textAt()).orElse("");
    }

    long integer(String name, long absent) {
        return find(name)
                .flatMap(value -> typed(value, path(name), Long.class, "integer"))
                .orElse(absent);
    }

    boolean bool(String name) {
        return find(name)
                .flatMap(value -> typed(value, path(name), Boolean.class, "boolean"))
                .orElse(false);
    }

    /** The fields of an object, of an empty one if it is absent. */
    Fields object(String name) {
        return object(name, ignoreCase);
    }

    /** The fields of the object at that place, which is written: keys, and {@code [0]} for an element of a list. */
    Fields object(List<String> place) {
        Fields at = this;
        for (int i = 0; i < place.size(); i++) {
            Optional<Integer> index = i + 1 < place.size() ? Yaml.indexOf(place.get(i + 1)) : Optional.empty();
            if (index.isPresent()) {
                at = at.objects(place.get(i), element -> element).get(index.get());
                i++;
            } else {
                at = at.object(place.get(i));
            }
        }
        return at;
    }

    /** As above, where letter case does not matter. */
    Fields objectIgnoringCase(String name) {
        return object(name, true);
    }

    private Fields object(String name, boolean anyCase) {
        return find(name)
                .map(value -> object(value, path(name), anyCase))
                .orElseGet(() -> new Fields(empty(mapping.position()), path(name), decoding, anyCase));
    }

    private Fields object(Yaml value, String at, boolean anyCase) {
        Yaml.Mapping child = typed(value, at, Yaml.Mapping.class, "object").orElseGet(() -> empty(value.position()));
        return new Fields(child, at, decoding, anyCase);
    }

    private static Yaml.Mapping empty(Position position) {
        return new Yaml.Mapping(List.of(), position);
    }

    <T> List<T> objects(String name, Function<Fields, T> decode) {
        var decoded = new ArrayList<T>();
        for (Yaml element : list(name)) {
            String at = path(name) + "[" + decoded.size() + "]";
            decoded.add(decode.apply(object(element, at, ignoreCase)));
        }
        return List.copyOf(decoded);
    }

    List<String> strings(String name) {
        return list(name).stream()
                .map(element -> string(element, path(name) + "[]").orElse(""))
                .toList();
    }

    private List<Yaml> list(String name) {
        return find(name)
                .flatMap(value -> typed(value, path(name), Yaml.Sequence.class, "array"))
                .map(Yaml.Sequence::elements)
                .orElse(List.of());
    }

    /** The value, or that of a scalar; of another type than is expected it is a problem. */
    private <T> Optional<T> typed(Yaml value, String at, Class<T> type, String expected) {
        Object content = value instanceof Yaml.Scalar scalar ? scalar.value() : value;
        if (type.isInstance(content)) {
            return Optional.of(type.cast(content));
        }
        decoding.reportWrongType(value, at, expected);
        return Optional.empty();
    }

    /** A map of strings, whose keys are data and not fields; in the order of the manifest. */
    Map<String, String> stringMap(String name) {
        var map = new LinkedHashMap<String, String>();
        for (Yaml.Entry entry : object(name).mapping.entries()) {
            map.put(entry.key(), textOf(entry, path(name)));
        }
        return map;
    }

    private String textOf(Yaml.Entry entry, String map) {
        if (entry.value().isNull()) {
            return "";
        }
        return string(entry.value(), map + "." + entry.key()).orElse("");
    }

    /**
     * The labels of an object's metadata, as the API server takes them.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/">labels</a>
     */
    Map<String, String> labels() {
        Map<String, String> labels = stringMap("labels");
        if (find("labels").orElse(null) instanceof Yaml.Mapping written) {
            written.entries().forEach(entry -> checkLabel(entry, labels.getOrDefault(entry.key(), "")));
        }
        return labels;
    }

    private void checkLabel(Yaml.Entry entry, String value) {
        String at = path("labels") + "." + entry.key();
        if (!LABEL_KEY.matcher(entry.key()).matches()) {
            decoding.reportInvalid(entry.value(), at, "cannot be the key of a label" + RULE_OF_LABELS);
        }
        boolean isPutInLater = PUT_IN_LATER.matcher(value).find();
        if (!LABEL.matcher(value).matches() && !isPutInLater) {
            String printable = value.replaceAll("\\p{Cc}", "?");
            decoding.reportInvalid(entry.value(), at, "cannot be \"" + printable + "\"" + RULE_OF_LABELS);
        }
    }

    /** Reports what the type of Kubernetes does not have, such as {@code PodSpec}. */
    void reportUnknownOf(String type) {
        reportUnknown(Objects.requireNonNull(OF_KUBERNETES.get(type), type));
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
                decoding.reportUnknownField(entry, path(entry.key()), names);
            }
        }
    }

    private Optional<Yaml> find(String name) {
        known.add(name);
        Optional<Yaml.Entry> found = findEntry(name::equals);
        if (found.isEmpty() && ignoreCase) {
            found = findEntry(name::equalsIgnoreCase);
        }
        found.ifPresent(entry -> taken.add(entry.key()));
        return found.map(Yaml.Entry::value).filter(value -> !value.isNull());
    }

    private Optional<Yaml.Entry> findEntry(Predicate<String> key) {
        return mapping.entries().stream().filter(entry -> key.test(entry.key())).findFirst();
    }

    private String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
