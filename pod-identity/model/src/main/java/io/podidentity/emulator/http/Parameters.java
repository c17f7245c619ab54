// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The decoded parameters of a query or a form. Of a repeated name the first value counts. Its text shows names only,
 * since values may be secrets. Immutable.
 *
 * @param all of them, in order; unmodifiable
 * @since 0.1.0
 */
public record Parameters(Map<String, String> all) {

    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?!\\p{XDigit}{2})");

    /** Bytes that a client has not escaped, read as a request line is. */
    private static final Pattern RAW_BYTE = Pattern.compile("[\\x80-\\xff]");

    /**
     * Reads {@code a=b&c=d}.
     *
     * @throws IllegalArgumentException if a percent escape is broken
     */
    public static Parameters parse(String encoded) {
        return parse(encoded, Parameters::decode);
    }

    private static Parameters parse(String encoded, UnaryOperator<String> decoder) {
        var values = new LinkedHashMap<String, String>();
        for (String pair : encoded.split("&", -1)) {
            if (!pair.isEmpty()) {
                String[] nameAndValue = pair.split("=", 2);
                String value = nameAndValue.length == 1 ? "" : nameAndValue[1];
                values.putIfAbsent(decoder.apply(nameAndValue[0]), decoder.apply(value));
            }
        }
        return new Parameters(Collections.unmodifiableMap(values));
    }

    /**
     * Reads a query as Go does: a pair with a broken escape is left out, and so is one with a semicolon, which before
     * Go 1.17 separated pairs; a byte needs no escape, and need not be UTF-8.
     *
     * @param semicolonsSeparate whether the older Go reads it
     */
    public static Parameters parseAsGo(String encoded, boolean semicolonsSeparate) {
        var kept = new ArrayList<String>();
        for (String pair : encoded.split(semicolonsSeparate ? "[&;]" : "&", -1)) {
            if (!pair.contains(";") && !BROKEN_ESCAPE.matcher(pair).find()) {
                kept.add(pair);
            }
        }
        String escaped = RAW_BYTE.matcher(String.join("&", kept))
                .replaceAll(raw -> "%%%02X".formatted((int) raw.group().charAt(0)));
        return parse(escaped, ByteText::decoded);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The value of {@code name}, if it is there and not empty. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(all.get(name)).filter(value -> !value.isEmpty());
    }

    @Override
    public String toString() {
        return all.keySet().toString();
    }
}
