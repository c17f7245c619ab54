// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/** Makes tokens that look like those of Microsoft Entra ID and are worth nothing. */
public final class Tokens {
    private Tokens() {}

    /** A token of three parts whose signature is none. */
    public static String jwt(Map<String, Object> claims) {
        return jwtOf(json(claims));
    }

    /** A token of three parts with this text in place of its claims. */
    public static String jwtOf(String payload) {
        return base64("{\"typ\":\"JWT\",\"alg\":\"RS256\"}") + "." + base64(payload) + "." + base64("no signature");
    }

    /** A token of an application for a resource. */
    public static AccessToken accessToken(String resource, Instant expiresOn) {
        String value = jwt(Map.of(
                "aud", resource,
                "exp", expiresOn.getEpochSecond(),
                "idtyp", "app",
                "appid", "11111111-1111-1111-1111-111111111111",
                "oid", "22222222-2222-2222-2222-222222222222",
                "tid", "33333333-3333-3333-3333-333333333333"));
        return new AccessToken(value, resource, "Bearer", expiresOn, null, principalOf(value), "fake");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String json(Map<String, Object> claims) {
        StringBuilder json = new StringBuilder("{");
        claims.forEach((name, value) -> {
            json.append(json.length() == 1 ? "" : ",").append('"').append(name).append("\":");
            json.append(value instanceof String ? "\"" + value + "\"" : value);
        });
        return json.append('}').toString();
    }

    /** Whose token a text is. */
    public static Principal principalOf(String token) {
        return new AccessToken(token, "r", "Bearer", Instant.EPOCH, null, null, "")
                .principal()
                .orElse(null);
    }
}
