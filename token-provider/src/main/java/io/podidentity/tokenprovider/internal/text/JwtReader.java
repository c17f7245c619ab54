package io.podidentity.tokenprovider.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the two readable parts of a token. Nothing in them is verified, and the signature is not read. */
public final class JwtReader {
    private JwtReader() {}

    public static @Nullable Map<String, @Nullable Object> claims(String token) {
        return part(token, true);
    }

    public static @Nullable Map<String, @Nullable Object> header(String token) {
        return part(token, false);
    }

    private static @Nullable Map<String, @Nullable Object> part(String token, boolean second) {
        int first = token.indexOf('.');
        int end = token.indexOf('.', first + 1);
        if (first < 0 || end < 0) {
            return null;
        }
        try {
            byte[] json =
                    Base64.getUrlDecoder().decode(second ? token.substring(first + 1, end) : token.substring(0, first));
            return JsonReader.readObject(new String(json, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | JsonException e) {
            return null;
        }
    }
}
