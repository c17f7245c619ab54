// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.kubectl;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value in the JSON that kubectl printed: an object of Kubernetes, or a part of one. Immutable.
 *
 * <p>The text form has only the kind and the name: a Secret or a created token is such a value too.
 *
 * @param value a map, a list, a string, a number or a Boolean; null if there is nothing at that place
 */
public record KubernetesJson(@Nullable Object value) {

    /** What stands where nothing is written. */
    public static final KubernetesJson NONE = new KubernetesJson(null);

    /** The value below these keys; {@link #NONE} if there is none. */
    public KubernetesJson at(String... keys) {
        KubernetesJson found = this;
        for (String key : keys) {
            found = found.child(key);
        }
        return found;
    }

    private KubernetesJson child(String key) {
        return value instanceof Map<?, ?> map ? new KubernetesJson(map.get(key)) : NONE;
    }

    /** The map itself. If the value is no map, a new and empty one, which the caller may change. */
    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    public Map<String, Object> map() {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        return new LinkedHashMap<>();
    }

    /** The elements of a list; none if the value is no list. */
    public List<KubernetesJson> items() {
        if (value instanceof List<?> list) {
            return list.stream().map(KubernetesJson::new).toList();
        }
        return List.of();
    }

    /** The value as a string; empty if there is none. */
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

    /** The specification of a pod, or of the pods that a workload makes. A CronJob has that of a Job around it. */
    public KubernetesJson podSpec() {
        KubernetesJson spec = at("spec");
        for (String template : List.of("jobTemplate", "template")) {
            if (spec.map().containsKey(template)) {
                spec = spec.at(template, "spec");
            }
        }
        return spec;
    }

    /** The kind, namespace and name of the object. */
    public ObjectRef ref() {
        return new ObjectRef(kind(), new ObjectName(namespace(), name()));
    }

    /** Whether it is a pod all of whose containers are ready. */
    public boolean isReady() {
        return isTrue("Ready");
    }

    /** Whether the status has the condition, and says that it is met. */
    public boolean isTrue(String condition) {
        return condition(condition).text("status").equals("True");
    }

    /** The condition of that type in the status; {@link #NONE} if there is none. */
    public KubernetesJson condition(String type) {
        return at("status", "conditions").items().stream()
                .filter(condition -> condition.text("type").equals(type))
                .findFirst()
                .orElse(NONE);
    }

    /** When the object was created, as the API server writes it: RFC 3339 in UTC, so that the order is that of time. */
    public String created() {
        return text("metadata", "creationTimestamp");
    }

    /** When an event was last seen. An event that was seen once may have no such field. */
    public String lastSeen() {
        String last = text("lastTimestamp");
        return last.isEmpty() ? created() : last;
    }

    public boolean isBeingDeleted() {
        return !text("metadata", "deletionTimestamp").isEmpty();
    }

    /** The name of the object that made this one, if it is of that kind; empty if not. */
    public String ownerOf(String kind) {
        return at("metadata", "ownerReferences").items().stream()
                .filter(owner -> owner.text("kind").equals(kind))
                .map(owner -> owner.text("name"))
                .findFirst()
                .orElse("");
    }

    @Override
    public String toString() {
        return "KubernetesJson[" + (kind() + " " + name()).strip() + "]";
    }
}
