// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Request;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The conditions under which a request is to have an effect.
 *
 * @see <a href=
 * "https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations">
 *     the rules</a>
 */
record Conditions(
        List<String> match,
        List<String> noneMatch,
        Optional<Instant> modifiedSince,
        Optional<Instant> unmodifiedSince) {

    private static final String MATCH = "If-Match";
    private static final String NONE_MATCH = "If-None-Match";
    private static final String MODIFIED_SINCE = "If-Modified-Since";
    private static final String UNMODIFIED_SINCE = "If-Unmodified-Since";
    private static final String LEASE = "x-ms-lease-id";
    private static final String ANY = "*";

    /** The names of the headers, in lower case. */
    static final Set<String> NAMES =
            Set.of("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", LEASE);

    /**
     * The conditions of a request, which may have none.
     *
     * @throws StorageError.Refusal if a date is none, or the request names a lease, of which no blob here has any
     */
    static Conditions of(Request request) {
        if (request.header(LEASE).isPresent()) {
            throw StorageError.LEASE_NOT_PRESENT.refusal();
        }
        return new Conditions(
                tags(request, MATCH),
                tags(request, NONE_MATCH),
                date(request, MODIFIED_SINCE),
                date(request, UNMODIFIED_SINCE));
    }

    private static List<String> tags(Request request, String header) {
        return request.header(header).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(tag -> tag.strip().replace("\"", ""))
                .toList();
    }

    private static Optional<Instant> date(Request request, String header) {
        Optional<String> text = request.header(header);
        try {
            return text.map(DateTimeFormatter.RFC_1123_DATE_TIME::parse).map(Instant::from);
        } catch (DateTimeParseException e) {
            throw StorageError.INVALID_HEADER_VALUE.refusal("HeaderName", header);
        }
    }

    /** @throws StorageError.Refusal if what is there, or that nothing is there, must not be read */
    void checkRead(Optional<Version> present) {
        if (noneMatch.contains(ANY)) {
            throw StorageError.UNSATISFIABLE_CONDITION.refusal();
        }
        if (!matches(present)) {
            throw StorageError.CONDITION_NOT_MET.refusal();
        }
        if (present.isPresent() && !differs(present.get())) {
            throw StorageError.NOT_MODIFIED.refusal();
        }
    }

    /** @throws StorageError.Refusal if what is there, or that nothing is there, must not be changed */
    void checkChange(Optional<Version> present) {
        requireOneTag();
        boolean unchanged = present.isPresent() && !differs(present.get());
        if (!matches(present) || unchanged) {
            throw StorageError.CONDITION_NOT_MET.refusal();
        }
    }

    /** The same where a new thing takes the place of the old one, which a client can forbid. */
    void checkReplacement(Optional<Version> present) {
        requireOneTag();
        if (present.isPresent() && noneMatch.contains(ANY)) {
            throw StorageError.BLOB_EXISTS.refusal();
        }
        checkChange(present);
    }

    private void requireOneTag() {
        if (match.size() + noneMatch.size() > 1) {
            throw StorageError.MULTIPLE_CONDITIONS.refusal();
        }
    }

    /** Where both are given, the tag decides, and the date does not. */
    private boolean matches(Optional<Version> present) {
        if (!match.isEmpty()) {
            return present.isPresent() && names(match, present.get());
        }
        return present.isEmpty()
                || unmodifiedSince.isEmpty()
                || !present.get().lastModified().isAfter(unmodifiedSince.get());
    }

    private boolean differs(Version present) {
        if (!noneMatch.isEmpty()) {
            return !names(noneMatch, present);
        }
        return modifiedSince.isEmpty() || present.lastModified().isAfter(modifiedSince.get());
    }

    private static boolean names(List<String> tags, Version version) {
        return tags.contains(ANY) || tags.contains(version.etag());
    }
}
