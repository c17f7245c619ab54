// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Reads the two readable parts of a token. Nothing in them is verified, and the signature is not read. */
public final class JwtReader {
    private JwtReader() {}

    /** The claims of a token; null if the token is no JWT. */
    public static @Nullable Map<String, @Nullable Object> claims(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 0 || second < 0) {
            return null;
        }
        return decode(token.substring(first + 1, second));
    }

    /** The header of a token; null if the token is no JWT. */
    public static @Nullable Map<String, @Nullable Object> header(String token) {
        int first = token.indexOf('.');
        if (first < 0 || token.indexOf('.', first + 1) < 0) {
            return null;
        }
        return decode(token.substring(0, first));
    }

    private static @Nullable Map<String, @Nullable Object> decode(String part) {
        try {
            byte[] json = Base64.getUrlDecoder().decode(part);
            return JsonReader.readObject(new String(json, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | JsonException e) {
            return null;
        }
    }
}
