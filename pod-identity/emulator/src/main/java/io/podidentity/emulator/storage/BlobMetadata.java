// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The names and values that a user keeps with a blob or a container. Immutable.
 *
 * @param values by case-insensitive name, which keeps the letters that it was written with
 */
record BlobMetadata(SortedMap<String, String> values) {

    static final String PREFIX = "x-ms-meta-";
    static final BlobMetadata NONE = new BlobMetadata(new TreeMap<>());

    /** Names are identifiers of C#. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Of all names and values together, in characters. */
    private static final int MOST = 8 << 10;

    BlobMetadata {
        var copy = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(values);
        values = copy;
    }

    /**
     * The metadata that a request brings; none if it brings none.
     *
     * @throws StorageError.Refusal if a name is empty or no identifier, or all of it is too large
     */
    static BlobMetadata of(Request request) {
        var values = new TreeMap<String, String>();
        int size = 0;
        for (var header : request.headers().entrySet()) {
            if (header.getKey().toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
                String name = header.getKey().substring(PREFIX.length());
                requireName(name);
                values.put(name, header.getValue());
                size += name.length() + header.getValue().length();
            }
        }
        if (size > MOST) {
            throw StorageError.METADATA_TOO_LARGE.refusal();
        }
        return new BlobMetadata(values);
    }

    private static void requireName(String name) {
        if (name.isEmpty()) {
            throw StorageError.EMPTY_METADATA_KEY.refusal();
        }
        if (!NAME.matcher(name).matches()) {
            throw StorageError.INVALID_METADATA.refusal();
        }
    }

    Answer into(Answer answer) {
        Answer described = answer;
        for (Map.Entry<String, String> value : values.entrySet()) {
            described = described.with(PREFIX + value.getKey(), value.getValue());
        }
        return described;
    }

    void into(Xml listed) {
        listed.start("Metadata");
        values.forEach(listed::text);
        listed.close();
    }
}
