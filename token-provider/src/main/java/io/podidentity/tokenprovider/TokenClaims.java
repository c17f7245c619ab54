package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a token says of itself that may be shown to people. Nothing in it is verified. */
final class TokenClaims {
    /** Longer than the ID of any resource in Azure that can be an identity. */
    private static final int MAX_SHOWN = 400;

    /** What may be shown to people, in this order: for whom, by whom, who, what it may do, and when. */
    private static final List<String> SHOWN = List.of(
            "typ",
            "alg",
            "kid",
            "aud",
            "iss",
            "tid",
            "idtyp",
            "name",
            "upn",
            "preferred_username",
            "unique_name",
            "app_displayname",
            "appid",
            "azp",
            "xms_mirid",
            "oid",
            "roles",
            "scp",
            "ver",
            "iat",
            "nbf",
            "exp");

    private TokenClaims() {}

    /** Of the claims, those that may be shown, each in one line; empty for a token that is no JWT. */
    static Map<String, String> shown(String token) {
        return shown(JwtReader.claims(token));
    }

    /** The same of the header. */
    static Map<String, String> shownHeader(String token) {
        return shown(JwtReader.header(token));
    }

    private static Map<String, String> shown(@Nullable Map<String, @Nullable Object> part) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : SHOWN) {
            Object value = part == null ? null : part.get(name);
            if (value != null) {
                texts.put(name, Excerpt.of(text(value), MAX_SHOWN));
            }
        }
        return Collections.unmodifiableMap(texts);
    }

    /** A list, such as that of the roles, as its members. */
    private static String text(Object value) {
        if (!(value instanceof List<?> list)) {
            return value.toString();
        }
        List<String> members = new ArrayList<>();
        list.forEach(member -> members.add(String.valueOf(member)));
        return String.join(" ", members);
    }
}
