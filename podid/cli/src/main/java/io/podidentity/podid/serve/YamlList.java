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

    public record Item(Map<String, String> values, Position position) {

        /** The value of that key; throws ManifestException if it is missing. */
        public String required(String key) {
            String value = values.getOrDefault(key, "");
            if (value.isEmpty()) {
                throw new ManifestException(position, "\"" + key + "\" is missing");
            }
            return value;
        }

        /** The value of that key, or that one if there is none. */
        public String get(String key, String otherwise) {
            return values.getOrDefault(key, otherwise);
        }
    }

    /** @throws ManifestException if the file is not such a list, or has an unknown key */
    static List<Item> read(Path file, Set<String> known) {
        return parse(file.toString(), content(file), known);
    }

    /** The same of a text, which positions call by that name. */
    public static List<Item> parse(String name, String text, Set<String> known) {
        var items = new ArrayList<Item>();
        for (Yaml document : YamlReader.read(name, text)) {
            if (!(document instanceof Yaml.Sequence list)) {
                throw new ManifestException(
                        document.position(), "A list of objects is expected, not a value of type " + document.type());
            }
            list.elements().forEach(element -> items.add(item(element, known)));
        }
        return items;
    }

    private static Item item(Yaml element, Set<String> known) {
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

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ManifestException(
                    "Cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }
}
