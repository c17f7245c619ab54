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

    /** The fields that every resource has: its path, its name and its type. */
    static Document describing(ResourceId id) {
        return EMPTY.with("id", id.text()).with("name", id.name()).with("type", id.writtenType());
    }

    /** A list in the form in which both Resource Manager and Graph answer it. */
    static Answer answerList(List<Document> documents) {
        return EMPTY.with("value", documents.stream().map(Document::fields).toList())
                .toAnswer(200);
    }

    Answer toAnswer(int status) {
        return Answer.json(status, fields);
    }

    /** The object in the field {@code name}; an empty one if the field is missing or no object. */
    Document object(String name) {
        var object = new LinkedHashMap<String, Object>();
        if (fields.get(name) instanceof Map<?, ?> present) {
            present.forEach((key, value) -> object.put(String.valueOf(key), value));
        }
        return new Document(object);
    }

    Document properties() {
        return object(PROPERTIES);
    }

    /** The text in the field {@code name}; empty if the field is missing or no text. */
    String text(String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    Document with(String name, Object value) {
        return withAll(new Document(Map.of(name, value)));
    }

    /** This object with the fields of {@code other}, which win over its own of the same names. */
    Document withAll(Document other) {
        var more = new LinkedHashMap<>(fields);
        more.putAll(other.fields);
        return new Document(more);
    }

    Document withProperty(String name, Object value) {
        return with(PROPERTIES, properties().with(name, value).fields());
    }
}
