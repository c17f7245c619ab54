package io.podidentity.podid.lend;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** For what tokens are lent; for all else they are not. Immutable. */
final class AllowedResources {

    /** A resource is a URI or an application's ID; nothing of either needs another character. */
    private static final Pattern RESOURCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:/_~%-]*");

    private final List<String> resources;

    private AllowedResources(List<String> resources) {
        this.resources = resources;
    }

    /**
     * These and no others.
     *
     * @throws IllegalArgumentException if one cannot be a resource
     */
    static AllowedResources of(List<String> resources) {
        for (String resource : resources) {
            if (!RESOURCE.matcher(resource).matches() || resource.endsWith("/.default")) {
                throw new IllegalArgumentException("--allow takes a resource such as https://storage.azure.com, without"
                        + " /.default, not \"" + Printable.of(resource) + "\"");
            }
        }
        return new AllowedResources(List.copyOf(resources));
    }

    /** As they were given. */
    List<String> all() {
        return resources;
    }

    /**
     * The allowed resource that is meant, whatever the case and with or without a slash at the end, as clients differ
     * in both. The slash is kept, since it becomes part of the token; the case is that of the allowed one, so that no
     * borrower can have a token, and an az, for each way to write it.
     */
    Optional<String> find(String resource) {
        if (!RESOURCE.matcher(resource).matches()) {
            return Optional.empty();
        }
        return resources.stream()
                .map(AllowedResources::withoutSlash)
                .filter(withoutSlash(resource)::equalsIgnoreCase)
                .map(allowed -> resource.endsWith("/") ? allowed + "/" : allowed)
                .findFirst();
    }

    private static String withoutSlash(String resource) {
        return resource.endsWith("/") ? resource.substring(0, resource.length() - 1) : resource;
    }
}
