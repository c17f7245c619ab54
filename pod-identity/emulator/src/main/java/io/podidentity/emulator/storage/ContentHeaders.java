// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a blob says of its content to those who read it. Immutable.
 *
 * @param values by the name of the header; a header that was not set is absent
 */
record ContentHeaders(Map<String, String> values) {

    private static final String CONTENT_TYPE = "Content-Type";

    /** Each header with the request's header that sets it. */
    private static final Map<String, String> SET_BY = new LinkedHashMap<>();

    static {
        SET_BY.put(CONTENT_TYPE, "x-ms-blob-content-type");
        SET_BY.put("Content-Encoding", "x-ms-blob-content-encoding");
        SET_BY.put("Content-Language", "x-ms-blob-content-language");
        SET_BY.put("Content-Disposition", "x-ms-blob-content-disposition");
        SET_BY.put("Cache-Control", "x-ms-blob-cache-control");
        SET_BY.put(Checksums.CONTENT_MD5, "x-ms-blob-content-md5");
    }

    /** The names of the request's headers that set them, in lower case. */
    static final Set<String> NAMES = Set.copyOf(SET_BY.values());

    ContentHeaders {
        values = Map.copyOf(values);
    }

    static ContentHeaders ofType(String contentType) {
        return new ContentHeaders(Map.of(CONTENT_TYPE, contentType));
    }

    /**
     * What storage's own headers of a request set, and nothing else.
     *
     * @throws StorageError.Refusal if the request says an MD5 that is none
     */
    static ContentHeaders setBy(Request request) {
        var values = new LinkedHashMap<String, String>();
        for (var header : SET_BY.entrySet()) {
            request.header(header.getValue()).ifPresent(value -> values.put(header.getKey(), value));
        }
        Optional.ofNullable(values.get(Checksums.CONTENT_MD5)).ifPresent(Checksums::requireMd5);
        return new ContentHeaders(values);
    }

    /** The same for a new blob, which takes the request's standard headers too and always has a type. */
    static ContentHeaders ofNewBlob(Request request) {
        var values = new LinkedHashMap<String, String>();
        values.put(CONTENT_TYPE, "application/octet-stream");
        for (String header : SET_BY.keySet()) {
            // Of the request that is the hash of its body, which need not be the blob.
            if (!header.equals(Checksums.CONTENT_MD5)) {
                request.header(header).ifPresent(value -> values.put(header, value));
            }
        }
        values.putAll(setBy(request).values);
        return new ContentHeaders(values);
    }

    ContentHeaders withMd5(String md5) {
        var more = new LinkedHashMap<>(values);
        more.put(Checksums.CONTENT_MD5, md5);
        return new ContentHeaders(more);
    }

    Optional<String> md5() {
        return Optional.ofNullable(values.get(Checksums.CONTENT_MD5));
    }

    Answer into(Answer answer) {
        Answer described = answer;
        for (String header : SET_BY.keySet()) {
            String value = values.get(header);
            if (value != null) {
                described = described.with(header, value);
            }
        }
        return described;
    }

    /** As elements of a list, which have the same names. */
    void into(Xml properties) {
        for (String header : SET_BY.keySet()) {
            properties.text(header, values.getOrDefault(header, ""));
        }
    }
}
