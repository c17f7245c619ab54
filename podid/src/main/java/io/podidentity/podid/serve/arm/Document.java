package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A JSON object. Immutable: a change makes another one. */
record Document(Map<String, Object> fields) {

    static final Document EMPTY = new Document(Map.of());

    private static final String PROPERTIES = "properties";

    /** What every resource says of itself. */
    static Document of(ResourceId id, String type) {
        return EMPTY.with("id", id.text()).with("name", id.name()).with("type", type);
    }

    /** A list, as Azure answers it. */
    static Document listed(Stream<Document> documents) {
        return EMPTY.with("value", documents.map(Document::fields).toList());
    }

    /** An error, as Azure answers it. */
    static Document error(String code, String message) {
        return EMPTY.with(
                "error", EMPTY.with("code", code).with("message", message).fields());
    }

    Answer answer(int status) {
        return Answer.json(status, fields);
    }

    /** The object at {@code name}, or an empty one. */
    Document at(String name) {
        return fields.get(name) instanceof Map<?, ?> object ? copy(object) : EMPTY;
    }

    /** The objects in the list at {@code name}. */
    Stream<Document> list(String name) {
        return fields.get(name) instanceof List<?> list
                ? list.stream().filter(Map.class::isInstance).map(one -> copy((Map<?, ?>) one))
                : Stream.empty();
    }

    Document properties() {
        return at(PROPERTIES);
    }

    /** The text at {@code name}, if there is one and it is not empty. */
    Optional<String> text(String name) {
        return fields.get(name) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    boolean is(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    /** Nothing but that field, if it is there. */
    Document only(String name) {
        Object value = fields.get(name);
        return value == null ? EMPTY : EMPTY.with(name, value);
    }

    Document with(String name, Object value) {
        var more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Document(more);
    }

    Document withProperty(String name, Object value) {
        return with(PROPERTIES, properties().with(name, value).fields());
    }

    /** This with the fields of {@code over} in place of its own; objects are merged in turn. */
    Document merge(Document over) {
        var merged = new LinkedHashMap<>(fields);
        over.fields.forEach((name, value) -> merged.put(
                name,
                value instanceof Map<?, ?> object && fields.get(name) instanceof Map<?, ?>
                        ? at(name).merge(copy(object)).fields()
                        : value));
        return new Document(merged);
    }

    private static Document copy(Map<?, ?> object) {
        var fields = new LinkedHashMap<String, Object>();
        object.forEach((name, value) -> fields.put(String.valueOf(name), value));
        return new Document(fields);
    }
}
