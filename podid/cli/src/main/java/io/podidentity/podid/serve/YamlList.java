// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A small YAML file that holds a list of objects whose values are all strings. */
public final class YamlList {

    private YamlList() {}

    /** One object of the list. Immutable. */
    public record Item(Map<String, String> values, Position position) {

        /** The value of that key; throws ManifestException if it is missing or empty. */
        public String requireValue(String key) {
            if (!has(key)) {
                throw new ManifestException(position, "\"" + key + "\" is missing");
            }
            return values.getOrDefault(key, "");
        }

        /** Whether the key is there and its value is not empty. */
        boolean has(String key) {
            return !values.getOrDefault(key, "").isEmpty();
        }

        /** The value of that key; {@code otherwise} if the key is missing. */
        public String getOrDefault(String key, String otherwise) {
            return values.getOrDefault(key, otherwise);
        }
    }

    /**
     * Reads a file.
     *
     * @param known the keys that an object can have
     * @throws ManifestException if the file is not such a list, or has an unknown key
     */
    static List<Item> readFile(Path file, Set<String> known) {
        return parseText(file.toString(), readText(file), known);
    }

    /** Reads the same from a text, to which positions refer by {@code name}. */
    public static List<Item> parseText(String name, String text, Set<String> known) {
        var items = new ArrayList<Item>();
        for (Yaml document : YamlReader.read(name, text)) {
            if (!(document instanceof Yaml.Sequence list)) {
                throw new ManifestException(
                        document.position(), "A list of objects is expected, not a value of type " + document.type());
            }
            list.elements().forEach(element -> items.add(readItem(element, known)));
        }
        return items;
    }

    private static Item readItem(Yaml element, Set<String> known) {
        if (!(element instanceof Yaml.Mapping object)) {
            throw new ManifestException(
                    element.position(), "An object is expected, not a value of type " + element.type());
        }
        var values = new LinkedHashMap<String, String>();
        for (Yaml.Entry entry : object.entries()) {
            if (!known.contains(entry.key())) {
                throw new ManifestException(
                        entry.position(),
                        "Unknown key \"" + entry.key() + "\"; use one of "
                                + String.join(", ", known.stream().sorted().toList()));
            }
            if (!(entry.value() instanceof Yaml.Scalar value)) {
                throw new ManifestException(entry.value().position(), "\"" + entry.key() + "\" must be a string");
            }
            values.put(entry.key(), value.text());
        }
        return new Item(values, object.position());
    }

    private static String readText(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ManifestException(
                    "Cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }
}
