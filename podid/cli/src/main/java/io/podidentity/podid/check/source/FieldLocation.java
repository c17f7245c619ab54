// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A field of an object as it is written, or the place where it would stand. Immutable.
 *
 * <p>The position is that of the field's key, or of the element of a list; of a field that is missing, that of the
 * nearest field around it.
 *
 * @param object that has the field, or the document that does
 * @param path from the object, such as {@code spec.containers[0].env}
 * @param key the last key of the path; it may have dots itself
 * @param value null if it is not written
 */
public record FieldLocation(
        ObjectRef object,
        String path,
        String key,
        Position position,
        @Nullable Yaml value) {

    public static FieldLocation of(Manifest manifest) {
        return new FieldLocation(manifest.ref(), "", "", manifest.content().position(), manifest.content());
    }

    /** A field that is not decoded as intended; without its value. */
    public static FieldLocation of(Problem problem) {
        return new FieldLocation(problem.object(), problem.path(), "", problem.position(), null);
    }

    /** A value outside of manifests, such as a file of JSON; {@code document} is what findings call it. */
    public static FieldLocation of(String document, Yaml value) {
        return of(ObjectRef.ofDocument(document), value);
    }

    /** A value of an object that is not written as a part of it, such as a document in a text of the object. */
    public static FieldLocation of(ObjectRef object, Yaml value) {
        return new FieldLocation(object, "", "", value.position(), value);
    }

    /**
     * The documents of a file of YAML or JSON that is no manifest; none if it is empty.
     *
     * @throws ManifestException if it cannot be used
     */
    public static List<FieldLocation> read(Path file) {
        String name = file.toString();
        try {
            return YamlReader.read(name, Files.readString(file)).stream()
                    .map(document -> of(name, document))
                    .toList();
        } catch (IOException e) {
            throw new ManifestException(
                    "Cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** The field below these keys; a key such as {@code [0]} is that of an element of a list. */
    public FieldLocation at(String... keys) {
        FieldLocation location = this;
        for (String key : keys) {
            location = location.child(key);
        }
        return location;
    }

    /** The field below these keys. */
    public FieldLocation at(List<String> keys) {
        return at(keys.toArray(String[]::new));
    }

    private FieldLocation child(String child) {
        Optional<Integer> index = Yaml.indexOf(child);
        if (index.isPresent() && index.get() < items().size()) {
            return items().get(index.get());
        }
        return entries().stream()
                .filter(entry -> entry.key().equals(child))
                .findFirst()
                .map(this::child)
                .orElseGet(() -> missing(child));
    }

    /** A field that is not written has the position of the nearest field around it. */
    private FieldLocation missing(String child) {
        return new FieldLocation(object, below(child), child, position, null);
    }

    private FieldLocation child(Yaml.Entry entry) {
        return new FieldLocation(object, below(entry.key()), entry.key(), entry.position(), entry.value());
    }

    private String below(String child) {
        return path.isEmpty() ? child : path + "." + child;
    }

    private List<Yaml.Entry> entries() {
        return value instanceof Yaml.Mapping mapping ? mapping.entries() : List.of();
    }

    /** The field of that name; if there is none, one that differs in letter case alone. */
    public FieldLocation like(String key) {
        FieldLocation exact = child(key);
        if (exact.value != null) {
            return exact;
        }
        return fields().stream()
                .filter(field -> key.equalsIgnoreCase(field.key))
                .findFirst()
                .orElse(exact);
    }

    /** The fields of an object, in their order; none of anything else. */
    public List<FieldLocation> fields() {
        return entries().stream().map(this::child).toList();
    }

    /** The keys of an object, in their order; none of anything else. */
    public List<String> keys() {
        return entries().stream().map(Yaml.Entry::key).toList();
    }

    /** The elements of a list; none of anything else. */
    public List<FieldLocation> items() {
        if (!(value instanceof Yaml.Sequence sequence)) {
            return List.of();
        }
        var items = new ArrayList<FieldLocation>();
        for (Yaml element : sequence.elements()) {
            String index = "[" + items.size() + "]";
            items.add(new FieldLocation(object, path + index, key + index, element.position(), element));
        }
        return items;
    }

    /** The texts of the elements of a list; none of anything else. */
    public List<String> itemTexts() {
        return items().stream().map(FieldLocation::text).toList();
    }

    /** Whether the field is written, with a value that is not null. */
    public boolean exists() {
        return value != null && !value.isNull();
    }

    /** The text of a string, a number or a boolean; empty for anything else, and for a field that is not written. */
    public String text() {
        return value instanceof Yaml.Scalar scalar && scalar.value() != null ? scalar.text() : "";
    }

    /** Where the value begins; for a field that is not written, where the field around it is. */
    public Position valuePosition() {
        return value == null ? position : value.position();
    }

    /** All texts at and below the field, in their order. */
    public List<FieldLocation> texts() {
        if (value instanceof Yaml.Scalar) {
            return List.of(this);
        }
        List<FieldLocation> below = value instanceof Yaml.Sequence ? items() : fields();
        return below.stream().flatMap(location -> location.texts().stream()).toList();
    }

    @Override
    public String toString() {
        return object + " " + path + " (" + position + ")";
    }
}
