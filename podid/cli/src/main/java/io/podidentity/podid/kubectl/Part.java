// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.kubectl;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of an object that kubectl printed; of what is not there, an empty one. Its text form names the object alone: a
 * Secret or a created token is such a part too.
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

    /** The map itself; of anything else, an empty one that nobody else has. */
    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    public Map<String, Object> map() {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : new LinkedHashMap<>();
    }

    public List<Part> items() {
        return value instanceof List<?> list ? list.stream().map(Part::new).toList() : List.of();
    }

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

    /** The specification of a pod, or of the pods that a workload makes. */
    public Part podSpec() {
        Part spec = at("spec");
        for (String template : List.of("jobTemplate", "template")) {
            spec = spec.map().containsKey(template) ? spec.at(template, "spec") : spec;
        }
        return spec;
    }

    public ObjectRef ref() {
        return new ObjectRef(kind(), new ObjectName(namespace(), name()));
    }

    /** Whether it is a pod all of whose containers are ready. */
    public boolean isReady() {
        return isTrue("Ready");
    }

    public boolean isTrue(String condition) {
        return condition(condition).text("status").equals("True");
    }

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
