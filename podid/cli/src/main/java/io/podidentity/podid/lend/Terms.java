// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is lent to whom until when. Immutable.
 *
 * @param end when it is over; a token that was lent before is good until it expires
 * @param anyIdentity whether a request that names another identity is answered with the lent one
 */
record Terms(List<String> resources, List<Borrower> borrowers, Instant end, boolean anyIdentity) {

    /** A resource is a URI or an application's ID; nothing of either needs another character. */
    private static final Pattern RESOURCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:/_~%-]*");

    /** Throws IllegalArgumentException if one of the resources cannot be one. */
    Terms {
        resources = List.copyOf(resources);
        borrowers = List.copyOf(borrowers);
        resources.forEach(Terms::requireResource);
    }

    private static void requireResource(String resource) {
        // The suffix belongs to scopes of the newer endpoint, and would be part of the resource here.
        if (!RESOURCE.matcher(resource).matches() || resource.endsWith("/.default")) {
            throw new IllegalArgumentException("--allow takes a resource such as https://storage.azure.com, without"
                    + " /.default, not \"" + Refusal.printable(resource) + "\"");
        }
    }

    /**
     * The allowed resource that is meant, whatever the case and with or without a slash at the end, as clients differ
     * in both. The slash is kept, since it becomes part of the token; the case is that of the allowed one, so that no
     * borrower can have a token, and an az, for each way to write it.
     */
    Optional<String> findAllowed(String resource) {
        if (!RESOURCE.matcher(resource).matches()) {
            return Optional.empty();
        }
        String slash = resource.endsWith("/") ? "/" : "";
        return resources.stream()
                .map(Terms::withoutSlash)
                .filter(withoutSlash(resource)::equalsIgnoreCase)
                .map(allowed -> allowed + slash)
                .findFirst();
    }

    private static String withoutSlash(String resource) {
        return resource.endsWith("/") ? resource.substring(0, resource.length() - 1) : resource;
    }

    /** The borrower who has that secret. Every secret is compared, so that the time tells nothing about which. */
    Optional<Borrower> findBorrower(String secret) {
        Optional<Borrower> found = Optional.empty();
        for (Borrower borrower : borrowers) {
            if (borrower.hasSecret(secret)) {
                found = Optional.of(borrower);
            }
        }
        return found;
    }
}
