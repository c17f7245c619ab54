// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON object. Immutable: a change makes another one. */
record Document(Map<String, Object> fields) {

    static final Document EMPTY = new Document(Map.of());

    private static final String PROPERTIES = "properties";

    /** What every resource says of itself. */
    static Document of(ResourceId id) {
        return EMPTY.with("id", id.text()).with("name", id.name()).with("type", id.writtenType());
    }

    /** A list, as Azure answers it. */
    static Answer listed(List<Document> documents) {
        return EMPTY.with("value", documents.stream().map(Document::fields).toList())
                .answer(200);
    }

    Answer answer(int status) {
        return Answer.json(status, fields);
    }

    /** The object at {@code name}, or an empty one. */
    Document at(String name) {
        var object = new LinkedHashMap<String, Object>();
        if (fields.get(name) instanceof Map<?, ?> present) {
            present.forEach((key, value) -> object.put(String.valueOf(key), value));
        }
        return new Document(object);
    }

    Document properties() {
        return at(PROPERTIES);
    }

    /** The text at {@code name}; empty if there is none. */
    String text(String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    Document with(String name, Object value) {
        return with(new Document(Map.of(name, value)));
    }

    /** This with the fields of {@code over} in place of its own. */
    Document with(Document over) {
        var more = new LinkedHashMap<>(fields);
        more.putAll(over.fields);
        return new Document(more);
    }

    Document withProperty(String name, Object value) {
        return with(PROPERTIES, properties().with(name, value).fields());
    }
}
