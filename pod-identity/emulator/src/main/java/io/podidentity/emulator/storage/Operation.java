// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Request;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can be asked of the account. Anything else is refused, and so is a header or a parameter that is not honoured
 * here: a client must never believe that something has happened that has not.
 */
@SuppressWarnings("ImmutableEnumChecker") // the sets are unmodifiable
enum Operation {
    ACCOUNT_INFORMATION("GET", Level.ANY, "account", "properties", Allowed.NOTHING, Allowed.NOTHING),
    LIST_CONTAINERS("GET", Level.ACCOUNT, "", "list", Allowed.NOTHING, Allowed.LISTING),
    LIST_BLOBS("GET", Level.CONTAINER, "container", "list", Allowed.NOTHING, Allowed.LISTING_BLOBS),
    GET_CONTAINER("GET", Level.CONTAINER, "container", "", Allowed.NOTHING, Allowed.NOTHING),
    GET_CONTAINER_METADATA("GET", Level.CONTAINER, "container", "metadata", Allowed.NOTHING, Allowed.NOTHING),
    CREATE_CONTAINER("PUT", Level.CONTAINER, "container", "", Allowed.METADATA, Allowed.NOTHING),
    SET_CONTAINER_METADATA("PUT", Level.CONTAINER, "container", "metadata", Allowed.METADATA, Allowed.NOTHING),
    DELETE_CONTAINER("DELETE", Level.CONTAINER, "container", "", Allowed.DATES, Allowed.NOTHING),
    GET_BLOB("GET", Level.BLOB, "", "", Allowed.READING, Allowed.NOTHING),
    GET_BLOB_METADATA("GET", Level.BLOB, "", "metadata", Conditions.NAMES, Allowed.NOTHING),
    GET_BLOCK_LIST("GET", Level.BLOB, "", "blocklist", Allowed.NOTHING, Set.of("blocklisttype")),
    PUT_BLOB("PUT", Level.BLOB, "", "", Allowed.REPLACING, Allowed.NOTHING),
    PUT_BLOCK("PUT", Level.BLOB, "", "block", Allowed.CHECKSUM, Set.of("blockid")),
    PUT_BLOCK_LIST("PUT", Level.BLOB, "", "blocklist", Allowed.REPLACING, Allowed.NOTHING),
    SET_BLOB_METADATA("PUT", Level.BLOB, "", "metadata", Allowed.CHANGING_METADATA, Allowed.NOTHING),
    SET_BLOB_PROPERTIES("PUT", Level.BLOB, "", "properties", Allowed.CHANGING_PROPERTIES, Allowed.NOTHING),
    DELETE_BLOB("DELETE", Level.BLOB, "", "", Allowed.DELETING, Allowed.NOTHING);

    private static final String STORAGE_HEADER = "x-ms-";
    private static final String CONDITION = "if-";

    /** Without a meaning for what is stored. */
    private static final Set<String> GENERAL_HEADERS = Set.of(
            "x-ms-version",
            "x-ms-date",
            "x-ms-client-request-id",
            "x-ms-return-client-request-id",
            "x-ms-useragent",
            "x-ms-correlation-request-id");

    private static final Set<String> GENERAL_PARAMETERS = Set.of("restype", "comp", "timeout");

    /** Azure's other operations, by their parameter. */
    private static final Set<String> ELSEWHERE = Set.of(
            "acl",
            "appendblock",
            "batch",
            "blobs",
            "copy",
            "expiry",
            "immutabilitypolicies",
            "incrementalcopy",
            "lease",
            "legalhold",
            "page",
            "pagelist",
            "query",
            "rename",
            "seal",
            "snapshot",
            "stats",
            "tags",
            "tier",
            "undelete",
            "userdelegationkey");

    private final String method;
    private final Level level;
    private final String restype;
    private final String comp;
    private final Set<String> headers;
    private final Set<String> parameters;

    /**
     * @param method {@code GET} stands for {@code HEAD} too
     * @param headers of storage, and conditions, that are honoured; in lower case
     * @param parameters besides the general ones that are honoured
     */
    Operation(String method, Level level, String restype, String comp, Set<String> headers, Set<String> parameters) {
        this.method = method;
        this.level = level;
        this.restype = restype;
        this.comp = comp;
        this.headers = headers;
        this.parameters = parameters;
    }

    /** What an address is of. */
    private enum Level {
        ACCOUNT,
        CONTAINER,
        BLOB,
        ANY;

        static Level of(int segments) {
            return switch (segments) {
                case 1 -> ACCOUNT;
                case 2 -> CONTAINER;
                default -> BLOB;
            };
        }
    }

    /** Names of headers and parameters, which are here since constants of an enum cannot use its own. */
    private static final class Allowed {

        static final Set<String> NOTHING = Set.of();
        static final Set<String> METADATA = Set.of(BlobMetadata.PREFIX);
        static final Set<String> CHECKSUM = Set.of("x-ms-content-crc64");
        static final Set<String> DATES = Set.of("if-modified-since", "if-unmodified-since");
        static final Set<String> LISTING = Set.of("prefix", "marker", "maxresults", "include");
        static final Set<String> LISTING_BLOBS = union(LISTING, Set.of("delimiter"));
        static final Set<String> READING = union(
                Conditions.NAMES, Set.of("x-ms-range", "x-ms-range-get-content-md5", "x-ms-range-get-content-crc64"));
        static final Set<String> CHANGING_METADATA = union(Conditions.NAMES, METADATA);
        static final Set<String> CHANGING_PROPERTIES = union(Conditions.NAMES, ContentHeaders.NAMES);
        static final Set<String> REPLACING =
                union(union(CHANGING_PROPERTIES, CHANGING_METADATA), union(CHECKSUM, Set.of("x-ms-blob-type")));
        static final Set<String> DELETING = union(Conditions.NAMES, Set.of("x-ms-delete-snapshots"));

        private Allowed() {}

        private static Set<String> union(Set<String> some, Set<String> others) {
            return Stream.concat(some.stream(), others.stream()).collect(Collectors.toUnmodifiableSet());
        }
    }

    /**
     * What a request asks for.
     *
     * @param segments of its path, the first of which is the account
     * @throws StorageError.Refusal if that is not played here, or the request says something that is not honoured
     */
    static Operation of(Request request, List<String> segments) {
        String restype = request.query().get("restype").orElse("").toLowerCase(Locale.ROOT);
        String comp = request.query().get("comp").orElse("").toLowerCase(Locale.ROOT);
        String method = request.method().equals("HEAD") ? "GET" : request.method();
        Level level = Level.of(segments.size());
        Operation asked = Arrays.stream(values())
                .filter(known -> known.level == Level.ANY || known.level == level)
                .filter(known -> known.restype.equals(restype) && known.comp.equals(comp))
                .filter(known -> known.method.equals(method))
                .findFirst()
                .orElseThrow(() -> unknown(request.method(), restype, comp));
        asked.checkHonoured(request);
        return asked;
    }

    private static StorageError.Refusal unknown(String method, String restype, String comp) {
        if (ELSEWHERE.contains(comp)) {
            return StorageError.notPlayed("the operation comp=" + comp);
        }
        if (restype.equals("service")) {
            return StorageError.notPlayed("the service's " + comp);
        }
        boolean known = Arrays.stream(values()).anyMatch(operation -> operation.comp.equals(comp));
        if (!known) {
            return StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "comp");
        }
        boolean played = Arrays.stream(values()).anyMatch(operation -> operation.method.equals(method));
        if (played || method.equals("HEAD")) {
            return StorageError.INVALID_URI.refusal();
        }
        return StorageError.VERB_NOT_SUPPORTED.refusal();
    }

    private void checkHonoured(Request request) {
        for (String name : request.headers().keySet()) {
            String header = name.toLowerCase(Locale.ROOT);
            if (header.startsWith(STORAGE_HEADER) && !honours(header)) {
                throw StorageError.notPlayed("the header " + header);
            }
            if (header.startsWith(CONDITION) && !headers.contains(header)) {
                throw StorageError.CONDITIONS_NOT_SUPPORTED.refusal("HeaderName", header);
            }
        }
        for (String name : request.query().all().keySet()) {
            String parameter = name.toLowerCase(Locale.ROOT);
            if (!parameters.contains(parameter) && !GENERAL_PARAMETERS.contains(parameter)) {
                throw StorageError.notPlayed("the parameter " + parameter);
            }
        }
    }

    private boolean honours(String header) {
        String name = header.startsWith(BlobMetadata.PREFIX) ? BlobMetadata.PREFIX : header;
        return headers.contains(name) || GENERAL_HEADERS.contains(name);
    }

    /** Whether a role that reads is not enough. */
    boolean writes() {
        return !method.equals("GET");
    }
}
