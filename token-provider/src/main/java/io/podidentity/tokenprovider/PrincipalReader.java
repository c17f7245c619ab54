package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads whose token it is out of a token's claims. A token need not be readable: an opaque one has no principal. */
final class PrincipalReader {
    private PrincipalReader() {}

    /** The principal of a JWT; null if the token is none, or says nothing of a principal. */
    static @Nullable Principal read(String token) {
        Map<String, @Nullable Object> claims = JwtReader.claims(token);
        return claims == null ? null : principal(claims);
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

    /** The first of these claims that is there and a text of one line, in which no character hides or turns others. */
    private static @Nullable String text(Map<String, @Nullable Object> claims, String... names) {
        for (String name : names) {
            if (claims.get(name) instanceof String value
                    && !value.isEmpty()
                    && value.codePoints().noneMatch(PrincipalReader::isHidden)) {
                return value;
            }
        }
        return null;
    }

    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
