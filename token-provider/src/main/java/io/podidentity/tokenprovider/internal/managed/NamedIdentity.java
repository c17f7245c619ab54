// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.util.Map;

/**
 * Makes sure that a token is of the identity that was asked for. IDs are compared without regard to case, as Azure
 * compares them.
 *
 * <p>Source of the claims: Microsoft Learn, "Access token claims reference"; {@code xms_mirid} is the resource ID that
 * Entra ID puts into the tokens of managed identities.
 */
final class NamedIdentity {
    private NamedIdentity() {}

    /**
     * Compares an answer and its token with the identity that was named.
     *
     * @return the {@link io.podidentity.tokenprovider.TokenSource.Acquired#caveat}: that there was nothing to compare,
     *     or empty
     * @throws TokenAcquisitionException if the token is of another identity
     */
    static String verify(UserAssignedIdentity named, HttpResponse response, AccessToken token, String source)
            throws JsonException {
        Map<String, @Nullable Object> answer = JsonReader.readObject(response.body());
        Map<String, @Nullable Object> claims = JwtReader.claims(token.value());
        String answered;
        String claimed;
        if (named.kind() == Kind.CLIENT_ID) {
            answered = text(answer, "client_id", "");
            claimed = text(claims, "appid", "azp");
        } else if (named.kind() == Kind.OBJECT_ID) {
            answered = text(answer, "object_id", "principal_id");
            claimed = text(claims, "oid", "");
        } else {
            answered = text(answer, "msi_res_id", "mi_res_id");
            claimed = text(claims, "xms_mirid", "");
        }
        requireSame(named, answered, source);
        requireSame(named, claimed, source);
        if (answered == null && claimed == null) {
            return "not verified: neither the answer nor the token says that it is of " + named;
        }
        return "";
    }

    private static void requireSame(UserAssignedIdentity named, @Nullable String got, String source) {
        if (got == null || got.equalsIgnoreCase(named.id())) {
            return;
        }
        throw new TokenAcquisitionException(
                Code.REFUSED,
                source + " answered with a token of the identity " + Excerpt.of(got, 200) + ", not of " + named,
                "Assign the identity with " + Excerpt.of(named.id(), 120) + " here, or name the one that is.");
    }

    private static @Nullable String text(
            @Nullable Map<String, @Nullable Object> members, String name, String otherwise) {
        if (members == null) {
            return null;
        }
        Object value = members.getOrDefault(name, members.get(otherwise));
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        return null;
    }
}
