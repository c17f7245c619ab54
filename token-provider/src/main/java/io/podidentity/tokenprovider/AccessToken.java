package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An access token and what is known about it. Its text never shows the token.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @param value the token itself, to be sent as {@code Authorization: Bearer <value>}; a secret
 * @param resource the resource it was asked for, as the caller wrote it, such as {@code https://storage.azure.com/}
 * @param tokenType {@code Bearer}, as the issuer spelled it
 * @param expiresOn when the resource stops accepting it
 * @param refreshOn from when on a new one is asked for behind the callers; from a source it is the issuer's own wish
 *     ({@code refresh_in}), or null when it has none
 * @param principal whose token it is; null when the token is opaque and nothing else told
 * @param source the name of the source that got it, such as {@code Azure CLI}
 */
public record AccessToken(
        String value,
        String resource,
        String tokenType,
        Instant expiresOn,
        @Nullable Instant refreshOn,
        @Nullable Principal principal,
        String source) {

    /**
     * A token of these parts; {@link #bearer} is shorter where the token itself says whose it is.
     *
     * @param value the token itself; a secret
     * @param resource the resource, as the caller wrote it
     * @param tokenType {@code Bearer}, as the issuer spelled it
     * @param expiresOn when it expires
     * @param refreshOn when the issuer wants a new one to be asked for; null if it does not say
     * @param principal whose token it is; null if unknown
     * @param source the name of the source
     * @throws NullPointerException if one of the parts that must be there is null
     */
    public AccessToken {
        requireNonNull(value, "value");
        requireNonNull(resource, "resource");
        requireNonNull(tokenType, "tokenType");
        requireNonNull(expiresOn, "expiresOn");
        requireNonNull(source, "source");
    }

    /**
     * A bearer token whose principal is what the token itself says, for a {@link TokenSource} of one's own.
     *
     * @param value the token
     * @param resource the resource it was asked for
     * @param expiresOn when it expires
     * @param refreshOn when the issuer wants a new one to be asked for; null if it does not say
     * @param source the name of the source
     * @return the token; its principal is null where the text is no JWT or does not say
     */
    public static AccessToken bearer(
            String value, String resource, Instant expiresOn, @Nullable Instant refreshOn, String source) {
        return new AccessToken(value, resource, "Bearer", expiresOn, refreshOn, PrincipalReader.read(value), source);
    }

    AccessToken withRefreshOn(Instant refreshOn) {
        return new AccessToken(value, resource, tokenType, expiresOn, refreshOn, principal, source);
    }

    AccessToken withPrincipal(Principal principal) {
        return new AccessToken(value, resource, tokenType, expiresOn, refreshOn, principal, source);
    }

    /** All parts but the token, of which only the length is told. */
    @Override
    public String toString() {
        return "AccessToken[" + tokenType + " of " + value.length() + " characters for " + resource + " from " + source
                + ", principal=" + principal + ", expiresOn=" + expiresOn + "]";
    }
}
