package io.podidentity.emulator.storage;

import com.nimbusds.jose.util.Base64URL;
import io.podidentity.emulator.http.Parameters;

/**
 * The part of a listing that was asked for.
 *
 * @param from the first name of the page, empty for the beginning
 * @param marker the same as the client sent it
 */
record Page(String prefix, String from, String marker, int size, boolean sizeGiven) {

    private static final int LARGEST = 5000;

    /** @throws StorageException if a value makes no sense */
    static Page of(Parameters query) {
        String marker = query.get("marker").orElse("");
        String from = new Base64URL(marker).decodeToString();
        if (!marker.isEmpty() && !marker(from).equals(marker)) {
            throw new StorageException(StorageError.INVALID_QUERY_VALUE, "QueryParameterName", "marker");
        }
        int size = query.get("maxresults").map(Page::size).orElse(LARGEST);
        return new Page(
                text(query, "prefix"),
                from,
                marker,
                size,
                query.get("maxresults").isPresent());
    }

    /** A string that is repeated in the answer. */
    static String text(Parameters query, String name) {
        String value = query.get(name).orElse("");
        if (!Xml.canHold(value)) {
            throw new StorageException(StorageError.INVALID_QUERY_VALUE, "QueryParameterName", name);
        }
        return value;
    }

    /** The marker that a client sends to continue at {@code name}; opaque to it. */
    static String marker(String name) {
        return Base64URL.encode(name).toString();
    }

    private static int size(String text) {
        int size;
        try {
            size = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new StorageException(StorageError.INVALID_QUERY_VALUE, "QueryParameterName", "maxresults");
        }
        if (size < 1) {
            throw new StorageException(StorageError.QUERY_OUT_OF_RANGE, "QueryParameterName", "maxresults");
        }
        return Math.min(size, LARGEST);
    }
}
