package io.podidentity.podid.doctor;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of an object that kubectl printed; of what is not there, an empty one.
 *
 * @param value a map, a list, a text, a number, a truth value or null
 */
record Part(@Nullable Object value) {

    static final Part NONE = new Part(null);

    Part at(String... keys) {
        Part part = this;
        for (String key : keys) {
            part = part.value instanceof Map<?, ?> map ? new Part(map.get(key)) : NONE;
        }
        return part;
    }

    List<Part> items() {
        return value instanceof List<?> list ? list.stream().map(Part::new).toList() : List.of();
    }

    /** Empty where there is none. */
    String text() {
        return value == null ? "" : String.valueOf(value);
    }

    String text(String... keys) {
        return at(keys).text();
    }

    String kind() {
        return text("kind");
    }

    String name() {
        return text("metadata", "name");
    }

    String namespace() {
        return text("metadata", "namespace");
    }

    /** Whether it is a pod all of whose containers are ready. */
    boolean isReady() {
        return at("status", "conditions").items().stream()
                .anyMatch(one ->
                        one.text("type").equals("Ready") && one.text("status").equals("True"));
    }

    /** The name of what made it, if that is of the kind. */
    String ownerOf(String kind) {
        return at("metadata", "ownerReferences").items().stream()
                .filter(owner -> owner.text("kind").equals(kind))
                .map(owner -> owner.text("name"))
                .findFirst()
                .orElse("");
    }
}
