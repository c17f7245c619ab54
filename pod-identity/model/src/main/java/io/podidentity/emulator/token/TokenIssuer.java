// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import io.podidentity.emulator.token.TokenSubject.SignedInUser;
import java.net.URI;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
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

    /** The keys of this tenant as a JSON Web Key Set, in which clients find the key of a token. */
    public Map<String, Object> publicKeySet() {
        return Map.of(
                "keys",
                keys.published(tenantId).stream().map(SigningKey::certifiedKey).toList());
    }

    /** The same keys for a program of this process. */
    public List<PublicKey> publicKeys() {
        return keys.published(tenantId).stream().map(SigningKey::publicKey).toList();
    }

    /** The issuer in access tokens of version 1.0; clients and services know Entra by this prefix. */
    public String issuer() {
        return "https://sts.windows.net/" + tenantId + "/";
    }

    /** The issuer in ID tokens and in access tokens of version 2.0, by which clients find the keys. */
    public String issuerOfVersion2() {
        return authority + "/" + tenantId + "/v2.0";
    }

    /** Makes an access token for a resource. */
    public IssuedToken issue(TokenSubject subject, String resource, Duration life) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresOn = now.plus(life);
        TokenVersion version = TokenVersion.of(resource);
        String audience = Resource.ofVersion2(resource).orElse(resource);
        var claims = commonClaims(subject, audience, version, now, expiresOn)
                .claim(version.clientClaim, subject.appId())
                .claim(version.proofClaim, subject.proof().claim)
                .claim("idtyp", subject.user().isPresent() ? "user" : "app");
        addIfAny(claims, "roles", subject.roles());
        addIfAny(claims, "groups", subject.groups());
        addIfAny(claims, "xms_cc", subject.requested().capabilities());
        addIfAny(claims, "acrs", subject.requested().contexts());
        subject.resourceId().ifPresent(id -> claims.claim("xms_mirid", id));
        subject.agent().ifPresent(agent -> agent.all().forEach(claims::claim));
        if (subject.user().isPresent()) {
            addUser(claims, subject.user().get(), version);
        } else {
            claims.claim("idp", issuer());
        }
        return new IssuedToken(key().signCertified(claims.build().toJSONObject()), now, expiresOn);
    }

    /**
     * The token by which a client learns who signed in; it lives as long as the access token beside it.
     *
     * @param nonce what the client sent along; null for nothing
     */
    public String idToken(TokenSubject subject, @Nullable String nonce, IssuedToken beside) {
        String name = subject.user().map(SignedInUser::principalName).orElseThrow();
        return key().signCertified(
                        commonClaims(subject, subject.appId(), TokenVersion.V2, beside.issuedAt(), beside.expiresOn())
                                .claim("name", name)
                                .claim("preferred_username", name)
                                .claim("nonce", nonce)
                                .build()
                                .toJSONObject());
    }

    private static void addUser(JWTClaimsSet.Builder claims, SignedInUser user, TokenVersion version) {
        claims.claim("scp", user.scopes())
                .claim("name", user.principalName())
                .claim(version.userClaim, user.principalName())
                .claim("upn", user.principalName());
    }

    private static void addIfAny(JWTClaimsSet.Builder claims, String name, List<String> values) {
        if (!values.isEmpty()) {
            claims.claim(name, values);
        }
    }

    /** The claims of a token that was made here, for any tenant; time and audience are for the caller. */
    public Optional<JWTClaimsSet> read(String token) {
        return keys.published(tenantOf(token)).stream()
                .flatMap(key -> key.verify(token).stream())
                .findFirst();
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

    private JWTClaimsSet.Builder commonClaims(
            TokenSubject subject, String audience, TokenVersion version, Instant from, Instant until) {
        return new JWTClaimsSet.Builder()
                .audience(audience)
                .issuer(version == TokenVersion.V2 ? issuerOfVersion2() : issuer())
                .issueTime(Date.from(from))
                .notBeforeTime(Date.from(from.minus(IssuedToken.BEFORE_ISSUE)))
                .expirationTime(Date.from(until))
                .claim("oid", subject.objectId())
                .subject(subject.subjectFor(audience))
                .claim("tid", tenantId)
                .claim("uti", UUID.randomUUID().toString())
                .claim("ver", version.text)
                // Whoever finds such a token somewhere should see at once what it is.
                .claim("emulated", "podid");
    }
}
