package io.podidentity.emulator.apiserver;

import java.util.List;
import java.util.Map;

/**
 * A kind of objects as paths of the API name it.
 *
 * @param group empty for the core one
 * @param verbs what this server does for it
 */
record ApiResource(
        String group,
        String version,
        String kind,
        String plural,
        List<String> shortNames,
        boolean namespaced,
        List<String> verbs) {

    static final List<String> READ = List.of("get", "list");
    static final List<String> CREATE = List.of("create");

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    String singular() {
        return kind.toLowerCase(java.util.Locale.ROOT);
    }

    /** As errors name it, such as {@code deployments.apps}. */
    String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    boolean isReadable() {
        return verbs.equals(READ);
    }

    /** The kind of its objects. */
    Map<String, Object> groupVersionKind() {
        return Map.of("group", group, "version", version, "kind", kind);
    }
}
