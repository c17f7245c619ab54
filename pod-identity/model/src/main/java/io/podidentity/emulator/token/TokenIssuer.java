package io.podidentity.emulator.token;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the access tokens of the tenant: in the shape of Entra's version 2.0 for what {@link Resource#ofVersion2}
 * knows, of 1.0 for all else. Thread-safe.
 *
 * @param authority Entra ID's address, without a trailing slash
 * @since 0.1.0
 */
public record TokenIssuer(SigningKeys keys, URI authority, String tenantId, Clock clock) {

    /** With one key for all tenants. */
    public TokenIssuer(SigningKey key, URI authority, String tenantId, Clock clock) {
        this(SigningKeys.shared(key), authority, tenantId, clock);
    }

    public TokenIssuer inTenant(String tenant) {
        return new TokenIssuer(keys, authority, tenant, clock);
    }

    /** The key of this tenant. */
    public SigningKey key() {
        return keys.of(tenantId);
    }

    /** The issuer in access tokens of version 1.0; clients and services know Entra by this prefix. */
    public String issuer() {
        return "https://sts.windows.net/" + tenantId + "/";
    }

    /** The issuer in ID tokens and in access tokens of version 2.0, by which clients find the keys. */
    public String issuerOfVersion2() {
        return authority + "/" + tenantId + "/v2.0";
    }

    public IssuedToken issue(TokenSubject subject, String resource, Duration life) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresOn = now.plus(life);
        boolean second = Resource.ofVersion2(resource).isPresent();
        boolean user = subject.userPrincipalName() != null;
        var claims = claims(subject, Resource.ofVersion2(resource).orElse(resource), second, now, expiresOn)
                .claim(second ? "azp" : "appid", subject.appId())
                .claim(second ? "azpacr" : "appidacr", user ? "0" : "1")
                .claim("idtyp", user ? "user" : "app");
        if (subject.resourceId() != null) {
            claims.claim("xms_mirid", subject.resourceId());
        }
        if (user) {
            claims.claim("scp", subject.scopes())
                    .claim("name", subject.userPrincipalName())
                    .claim(second ? "preferred_username" : "unique_name", subject.userPrincipalName())
                    .claim("upn", subject.userPrincipalName());
        } else {
            claims.claim("idp", issuer());
        }
        return new IssuedToken(key().sign(claims.build().toJSONObject()), now, expiresOn);
    }

    /**
     * The token by which a client learns who signed in; it lives as long as the access token beside it.
     *
     * @param nonce what the client sent along; null for nothing
     */
    public String idToken(TokenSubject user, @Nullable String nonce, IssuedToken beside) {
        return key().sign(claims(user, user.appId(), true, beside.notBefore(), beside.expiresOn())
                .claim("name", user.userPrincipalName())
                .claim("preferred_username", user.userPrincipalName())
                .claim("nonce", nonce)
                .build()
                .toJSONObject());
    }

    /** The claims of a token that was made here, for any tenant; time and audience are for the caller. */
    public Optional<JWTClaimsSet> read(String token) {
        return keys.of(tenantOf(token)).verify(token);
    }

    /** The tenant that a token says it is of, before anybody has checked it. */
    private static String tenantOf(String token) {
        try {
            return Optional.ofNullable(JWTParser.parse(token).getJWTClaimsSet().getStringClaim("tid"))
                    .orElse("");
        } catch (ParseException noToken) {
            return "";
        }
    }

    private JWTClaimsSet.Builder claims(
            TokenSubject subject, String audience, boolean second, Instant from, Instant until) {
        return new JWTClaimsSet.Builder()
                .audience(audience)
                .issuer(second ? issuerOfVersion2() : issuer())
                .issueTime(Date.from(from))
                .notBeforeTime(Date.from(from))
                .expirationTime(Date.from(until))
                .claim("oid", subject.objectId())
                .subject(subject.objectId())
                .claim("tid", tenantId)
                .claim("uti", UUID.randomUUID().toString())
                .claim("ver", second ? "2.0" : "1.0")
                // Whoever finds such a token somewhere should see at once what it is.
                .claim("emulated", "podid");
    }
}
