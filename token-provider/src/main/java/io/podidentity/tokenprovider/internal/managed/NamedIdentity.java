package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares whose token came with whose was asked for: a request gets the identity that it names, or none. IDs are
 * compared without regard to case, as Azure compares them.
 *
 * <p>Source of the claims: Microsoft Learn, "Access token claims reference"; {@code xms_mirid} is the resource ID that
 * Entra ID puts into the tokens of managed identities.
 */
final class NamedIdentity {
    private NamedIdentity() {}

    /**
     * Compares an answer with the identity that was named.
     *
     * @return empty, or that nothing could be compared, as {@link
     *     io.podidentity.tokenprovider.TokenSource.Acquired#caveat} has it
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
        require(named, answered, source);
        require(named, claimed, source);
        return answered == null && claimed == null
                ? "not verified: neither the answer nor the token says that it is of " + named
                : "";
    }

    private static void require(UserAssignedIdentity named, @Nullable String got, String source) {
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
        Object value = members.containsKey(name) ? members.get(name) : members.get(otherwise);
        return value instanceof String text && !text.isBlank() ? text : null;
    }
}
