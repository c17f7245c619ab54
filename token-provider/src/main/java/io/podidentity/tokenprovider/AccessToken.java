// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An access token and what is known about it. Its text never shows the token.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @since 0.1.0
 */
public final class AccessToken {
    private final String value;
    private final String resource;
    private final String tokenType;
    private final Instant expiresOn;
    private final @Nullable Instant refreshOn;
    private final String source;

    /**
     * Whose token it is; null if the token does not say, or if nobody has asked yet. Several threads may parse the
     * token at the same time, with the same result, so the field needs no lock.
     */
    private @Nullable Principal principal;
    /** Whether the token was parsed, and names no principal. */
    private boolean opaque;

    /**
     * A token of these parts; {@link #bearer} is shorter where there is nothing to add to what the token itself says.
     *
     * @param value the token itself, to be sent as {@code Authorization: Bearer <value>}; a secret
     * @param resource the resource it was asked for, as the caller wrote it, such as {@code https://storage.azure.com/}
     * @param tokenType {@code Bearer}, as the issuer spelled it
     * @param expiresOn when the resource stops accepting it
     * @param refreshOn when the issuer wants a new one to be asked for; null if it does not say
     * @param principal whose token it is; null for what the token itself says
     * @param source the name of the source that got it, such as {@code Azure CLI}
     * @throws NullPointerException if one of the parts that must be there is null
     */
    public AccessToken(
            String value,
            String resource,
            String tokenType,
            Instant expiresOn,
            @Nullable Instant refreshOn,
            @Nullable Principal principal,
            String source) {
        this.value = requireNonNull(value, "value");
        this.resource = requireNonNull(resource, "resource");
        this.tokenType = requireNonNull(tokenType, "tokenType");
        this.expiresOn = requireNonNull(expiresOn, "expiresOn");
        this.refreshOn = refreshOn;
        this.principal = principal;
        this.source = requireNonNull(source, "source");
    }

    /**
     * A bearer token whose principal is what the token itself says, for a {@link TokenSource} of one's own.
     *
     * @param value the token
     * @param resource the resource it was asked for
     * @param expiresOn when it expires
     * @param refreshOn when the issuer wants a new one to be asked for; null if it does not say
     * @param source the name of the source
     * @return the token; its principal is empty where the text is no JWT or does not say
     */
    public static AccessToken bearer(
            String value, String resource, Instant expiresOn, @Nullable Instant refreshOn, String source) {
        return new AccessToken(value, resource, "Bearer", expiresOn, refreshOn, null, source);
    }

    /** {@return the token itself, to be sent as {@code Authorization: Bearer <value>}; a secret} */
    public String value() {
        return value;
    }

    /** {@return the resource it was asked for, as the caller wrote it} */
    public String resource() {
        return resource;
    }

    /** {@return {@code Bearer}, as the issuer spelled it} */
    public String tokenType() {
        return tokenType;
    }

    /** {@return when the resource stops accepting it} */
    public Instant expiresOn() {
        return expiresOn;
    }

    /**
     * From when on a new one is asked for.
     *
     * @return of a token from the cache the moment from which on a new one is asked for behind the callers; of one from
     *     a source the issuer's own wish, or empty when it has none
     */
    public Optional<Instant> refreshOn() {
        return Optional.ofNullable(refreshOn);
    }

    /**
     * Whose token it is, read out of the token when first asked for: most programs never ask.
     *
     * @return the principal; empty when the token is opaque or does not say, and nothing else told
     */
    public Optional<Principal> principal() {
        return Optional.ofNullable(knownPrincipal());
    }

    private @Nullable Principal knownPrincipal() {
        Principal known = principal;
        if (known == null && !opaque) {
            known = Principal.read(value);
            principal = known;
            opaque = known == null;
        }
        return known;
    }

    /** {@return the name of the source that got it, such as {@code Azure CLI}} */
    public String source() {
        return source;
    }

    /**
     * The same token, to be replaced from another moment on.
     *
     * @param refreshOn from when on a new one is asked for
     * @return a new object
     */
    public AccessToken withRefreshOn(Instant refreshOn) {
        return new AccessToken(value, resource, tokenType, expiresOn, refreshOn, principal, source);
    }

    /**
     * The same token, known to be of this principal.
     *
     * @param principal whose token it is
     * @return a new object
     */
    public AccessToken withPrincipal(Principal principal) {
        return new AccessToken(value, resource, tokenType, expiresOn, refreshOn, principal, source);
    }

    /** Whether both are known to be of one principal, without a look into either. */
    @SuppressWarnings("ReferenceEquality") // The cache gives equal ones the same object.
    boolean isKnownToShareItsPrincipalWith(AccessToken other) {
        Principal known = principal;
        return known != null && known == other.principal;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AccessToken token
                && value.equals(token.value)
                && resource.equals(token.resource)
                && tokenType.equals(token.tokenType)
                && expiresOn.equals(token.expiresOn)
                && Objects.equals(refreshOn, token.refreshOn)
                && Objects.equals(knownPrincipal(), token.knownPrincipal())
                && source.equals(token.source);
    }

    @Override
    public int hashCode() {
        return value.hashCode() * 31 + resource.hashCode();
    }

    /** All parts but the token, of which only the length is told. */
    @Override
    public String toString() {
        return "AccessToken[" + tokenType + " of " + value.length() + " characters for " + resource + " from " + source
                + ", principal=" + knownPrincipal() + ", expiresOn=" + expiresOn + "]";
    }
}
