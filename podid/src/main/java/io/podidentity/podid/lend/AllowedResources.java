package io.podidentity.podid.lend;

import java.util.List;
import java.util.Locale;
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

    /** Whether it is one of them, whatever its case and with or without a slash at its end, as clients differ in both. */
    boolean permit(String resource) {
        return RESOURCE.matcher(resource).matches()
                && resources.stream().anyMatch(allowed -> plain(allowed).equals(plain(resource)));
    }

    private static String plain(String resource) {
        String lower = resource.toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
