package io.podidentity.emulator.apiserver;

import java.util.List;
import java.util.Optional;

/**
 * A path of the API that names objects.
 *
 * @param group empty for the core one
 * @param namespace empty for all of them, and for kinds without one
 * @param name empty for a list
 * @param subresource empty for the object itself
 */
record ResourcePath(String group, String version, String namespace, String plural, String name, String subresource) {

    private static final String NAMESPACES = "namespaces";

    /** Empty if it names no objects. */
    static Optional<ResourcePath> parse(List<String> segments) {
        String root = segments.isEmpty() ? "" : segments.get(0);
        int before = root.equals("api") ? 2 : root.equals("apis") ? 3 : Integer.MAX_VALUE;
        if (segments.size() <= before) {
            return Optional.empty();
        }
        List<String> rest = segments.subList(before, segments.size());
        String namespace = "";
        // A namespace is an object itself, with subresources of its own.
        if (rest.size() > 2
                && rest.get(0).equals(NAMESPACES)
                && !List.of("status", "finalize").contains(rest.get(2))) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        return Optional.of(new ResourcePath(
                before == 2 ? "" : segments.get(1),
                segments.get(before - 1),
                namespace,
                rest.get(0),
                rest.size() > 1 ? rest.get(1) : "",
                String.join("/", rest.subList(Math.min(2, rest.size()), rest.size()))));
    }
}
