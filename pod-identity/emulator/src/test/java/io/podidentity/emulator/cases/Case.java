// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One case: what is given and what must come of it.
 *
 * @param expected what the case expects; where we differ on purpose, what we do instead
 */
public record Case(
        String component, String name, Map<String, Object> given, Map<String, Object> expected, String origin) {

    static Case of(Map<String, Object> json) {
        return new Case(
                String.valueOf(json.get("component")),
                String.valueOf(json.get("name")),
                object(json.get("given")),
                object(json.get("expected")),
                String.valueOf(json.get("origin")));
    }

    /** A text that is given, or null. */
    public @Nullable String given(String key) {
        Object value = given.get(key);
        return value == null ? null : String.valueOf(value);
    }

    /** A text that is given, empty if it is absent. */
    public String text(String key) {
        return given.get(key) instanceof String text ? text : "";
    }

    /** An object that is given, an empty one if it is absent. */
    public Map<String, Object> object(String key) {
        return object(given.get(key));
    }

    /** A list that is given, an empty one if it is absent. */
    public List<Object> list(String key) {
        return list(given.get(key));
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(@Nullable Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    public static List<Object> list(@Nullable Object value) {
        return value == null ? List.of() : (List<Object>) value;
    }

    @Override
    public String toString() {
        return component + ": " + name;
    }
}
