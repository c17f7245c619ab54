// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value of a YAML document, and where it is written. Immutable; aliases and merge keys are resolved.
 *
 * @since 0.1.0
 */
public sealed interface Yaml {

    Position position();

    /** What it is, as error messages of the API server name it. */
    String type();

    /**
     * A value without parts.
     *
     * @param value a {@link String}, {@link Boolean}, {@link Number} or null
     * @param text as it is written
     */
    record Scalar(@Nullable Object value, String text, Position position) implements Yaml {

        @Override
        public String type() {
            if (value == null) {
                return "null";
            }
            if (value instanceof String) {
                return "string";
            }
            return value instanceof Boolean ? "boolean" : "number";
        }

        /** Shows no text, since it may be a secret. */
        @Override
        public String toString() {
            return "Scalar[" + type() + " at " + position + "]";
        }
    }

    record Sequence(List<Yaml> elements, Position position) implements Yaml {

        @Override
        public String type() {
            return "array";
        }
    }

    /** An object; its keys are all different. */
    record Mapping(List<Entry> entries, Position position) implements Yaml {

        /** The value of a key, spelt exactly so. */
        public Optional<Yaml> get(String key) {
            return entries.stream()
                    .filter(entry -> entry.key().equals(key))
                    .map(Entry::value)
                    .findFirst();
        }

        @Override
        public String type() {
            return "object";
        }
    }

    record Entry(String key, Position position, Yaml value) {}

    /** The value below these keys, if it is written. A key such as {@code [0]} is that of an element of a list. */
    default Optional<Yaml> at(String... keys) {
        Optional<Yaml> at = Optional.of(this);
        for (String key : keys) {
            at = at.flatMap(value -> value.below(key));
        }
        return at;
    }

    private Optional<Yaml> below(String key) {
        if (this instanceof Mapping mapping) {
            return mapping.get(key);
        }
        List<Yaml> elements = this instanceof Sequence list ? list.elements() : List.of();
        return indexOf(key).filter(index -> index < elements.size()).map(elements::get);
    }

    /** The number in a key such as {@code [0]}; empty of any other key. */
    static Optional<Integer> indexOf(String key) {
        if (key.matches("\\[\\d{1,6}]")) {
            return Optional.of(Integer.parseInt(key.substring(1, key.length() - 1)));
        }
        return Optional.empty();
    }

    /** The text of a value below these keys; empty of a list, an object and null. */
    default String textAt(String... keys) {
        return at(keys).orElse(null) instanceof Scalar scalar && scalar.value() != null ? scalar.text() : "";
    }

    /** The elements of a list below these keys; none of anything else. */
    default List<Yaml> elementsAt(String... keys) {
        return at(keys).orElse(null) instanceof Sequence sequence ? sequence.elements() : List.of();
    }

    /** As maps, lists, and values of {@link Scalar}: the content without places and spelling. */
    default @Nullable Object plain() {
        if (this instanceof Mapping mapping) {
            var map = new LinkedHashMap<String, @Nullable Object>();
            mapping.entries()
                    .forEach(entry -> map.put(entry.key(), entry.value().plain()));
            return map;
        }
        if (this instanceof Sequence list) {
            return list.elements().stream().map(Yaml::plain).toList();
        }
        return ((Scalar) this).value();
    }

    default boolean isNull() {
        return this instanceof Scalar scalar && scalar.value() == null;
    }
}
