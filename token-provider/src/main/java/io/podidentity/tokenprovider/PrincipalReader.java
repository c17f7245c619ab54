package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads whose token it is out of a token's claims. A token need not be readable: an opaque one has no principal. */
final class PrincipalReader {
    private PrincipalReader() {}

    /** The principal of a JWT; null if the token is none, or says nothing of a principal. */
    static @Nullable Principal read(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 0 || second < 0) {
            return null;
        }
        try {
            byte[] payload = Base64.getUrlDecoder().decode(token.substring(first + 1, second));
            return principal(JsonReader.readObject(new String(payload, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException | JsonException e) {
            return null;
        }
    }

    private static @Nullable Principal principal(Map<String, @Nullable Object> claims) {
        String name = text(claims, "upn", "preferred_username", "unique_name", "email");
        String appId = text(claims, "appid", "azp");
        String objectId = text(claims, "oid");
        String kind = text(claims, "idtyp");
        String tenantId = text(claims, "tid");
        if (name == null && appId == null && objectId == null) {
            return null;
        }
        boolean user = kind == null ? name != null : kind.equals("user");
        return user
                ? new Principal(Principal.Type.USER, name, null, objectId, tenantId, null)
                : new Principal(Principal.Type.APP, null, appId, objectId, tenantId, null);
    }

    /** The first of these claims that is there and a text. */
    private static @Nullable String text(Map<String, @Nullable Object> claims, String... names) {
        for (String name : names) {
            if (claims.get(name) instanceof String value && !value.isEmpty()) {
                return value;
            }
        }
        return null;
    }
}
