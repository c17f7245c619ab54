// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.manifest.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and copies JSON objects as maps, where a manifest may have anything in any place. */
final class Tree {

    private Tree() {}

    /** A copy that may be changed: maps, lists, strings, numbers, booleans and null. */
    static @Nullable Object of(Yaml value) {
        if (value instanceof Yaml.Mapping mapping) {
            return of(mapping);
        }
        if (value instanceof Yaml.Sequence sequence) {
            var list = new ArrayList<@Nullable Object>();
            sequence.elements().forEach(element -> list.add(of(element)));
            return list;
        }
        return ((Yaml.Scalar) value).value();
    }

    static Map<String, Object> of(Yaml.Mapping mapping) {
        var map = new LinkedHashMap<String, Object>();
        mapping.entries().forEach(entry -> put(map, entry.key(), of(entry.value())));
        return map;
    }

    @SuppressWarnings("NullAway") // JSON has null
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    /** What is at the path; null if there is nothing. */
    static @Nullable Object at(Map<String, Object> object, String... path) {
        Object value = object;
        for (String key : path) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return value;
    }

    /** The text there; empty if there is none. Numbers and booleans as they are written. */
    static String text(Map<String, Object> object, String... path) {
        Object value = at(object, path);
        return value == null || value instanceof Map || value instanceof List ? "" : value.toString();
    }

    /** The object there, which may be changed; an empty one, which is not put there, if there is none. */
    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    static Map<String, Object> map(Map<String, Object> object, String... path) {
        return at(object, path) instanceof Map<?, ?> map ? (Map<String, Object>) map : new LinkedHashMap<>();
    }

    /** The object there, which may be changed; a new one if there is none. */
    static Map<String, Object> made(Map<String, Object> object, String key) {
        Map<String, Object> child = map(object, key);
        object.put(key, child);
        return child;
    }

    /** The objects of the list there, which may be changed. */
    static List<Map<String, Object>> maps(Map<String, Object> object, String... path) {
        var maps = new ArrayList<Map<String, Object>>();
        if (at(object, path) instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof Map<?, ?> map) {
                    maps.add(cast(map));
                }
            }
        }
        return maps;
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> cast(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    /** The texts of the list there. */
    static List<String> texts(Map<String, Object> object, String... path) {
        var texts = new ArrayList<String>();
        if (at(object, path) instanceof List<?> list) {
            list.forEach(element -> texts.add(String.valueOf(element)));
        }
        return texts;
    }

    /** A deep copy of a JSON object. */
    static Map<String, Object> copy(Map<String, Object> object) {
        var copy = new LinkedHashMap<String, Object>();
        object.forEach((key, value) -> put(copy, key, copyOf(value)));
        return copy;
    }

    private static @Nullable Object copyOf(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return copy(cast(map));
        }
        if (value instanceof List<?> list) {
            var copy = new ArrayList<@Nullable Object>();
            list.forEach(element -> copy.add(copyOf(element)));
            return copy;
        }
        return value;
    }
}
