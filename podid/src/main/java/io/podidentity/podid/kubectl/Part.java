package io.podidentity.podid.kubectl;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of an object that kubectl printed; of what is not there, an empty one. Its text form names the object alone: a
 * Secret or a created token is such a part too.
 *
 * @param value a map, a list, a text, a number, a truth value or null
 */
public record Part(@Nullable Object value) {

    public static final Part NONE = new Part(null);

    public Part at(String... keys) {
        Part part = this;
        for (String key : keys) {
            part = part.value instanceof Map<?, ?> map ? new Part(map.get(key)) : NONE;
        }
        return part;
    }

    /** Its fields by their names, in their order. */
    public Map<String, Part> fields() {
        var fields = new LinkedHashMap<String, Part>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, field) -> fields.put(String.valueOf(key), new Part(field)));
        }
        return fields;
    }

    public List<Part> items() {
        return value instanceof List<?> list ? list.stream().map(Part::new).toList() : List.of();
    }

    /** Empty where there is none. */
    public String text() {
        return value == null ? "" : String.valueOf(value);
    }

    public String text(String... keys) {
        return at(keys).text();
    }

    public String kind() {
        return text("kind");
    }

    public String name() {
        return text("metadata", "name");
    }

    public String namespace() {
        return text("metadata", "namespace");
    }

    /** Whether it is a pod all of whose containers are ready. */
    public boolean isReady() {
        return isTrue("Ready");
    }

    public boolean isTrue(String condition) {
        return condition(condition).text("status").equals("True");
    }

    /** What the cluster says of it under that name. */
    public Part condition(String type) {
        return at("status", "conditions").items().stream()
                .filter(one -> one.text("type").equals(type))
                .findFirst()
                .orElse(NONE);
    }

    /** As the API server writes it, RFC 3339 in UTC, and so in the order of time. */
    public String created() {
        return text("metadata", "creationTimestamp");
    }

    /** Of an event; what has no newer field was seen when it was created. */
    public String lastSeen() {
        String last = text("lastTimestamp");
        return last.isEmpty() ? created() : last;
    }

    public boolean isBeingDeleted() {
        return !text("metadata", "deletionTimestamp").isEmpty();
    }

    /** The name of what made it, if that is of the kind. */
    public String ownerOf(String kind) {
        return at("metadata", "ownerReferences").items().stream()
                .filter(owner -> owner.text("kind").equals(kind))
                .map(owner -> owner.text("name"))
                .findFirst()
                .orElse("");
    }

    @Override
    public String toString() {
        return "Part[" + (kind() + " " + name()).strip() + "]";
    }
}
