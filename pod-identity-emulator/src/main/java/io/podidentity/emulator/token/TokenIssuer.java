package io.podidentity.emulator.token;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.UUID;

/** Makes the access tokens of the tenant, in the shape of Entra's version 1.0. Thread-safe. */
public final class TokenIssuer {

    private final SigningKey key;
    private final String tenantId;
    private final Clock clock;

    public TokenIssuer(SigningKey key, String tenantId, Clock clock) {
        this.key = key;
        this.tenantId = tenantId;
        this.clock = clock;
    }

    /** The same for another tenant. */
    public TokenIssuer inTenant(String tenant) {
        return new TokenIssuer(key, tenant, clock);
    }

    /** The issuer in every access token; clients and services know Entra by this prefix. */
    public String issuer() {
        return "https://sts.windows.net/" + tenantId + "/";
    }

    public IssuedToken issue(TokenSubject subject, String audience, Duration life) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresOn = now.plus(life);
        var claims = new JWTClaimsSet.Builder()
                .audience(audience)
                .issuer(issuer())
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(expiresOn))
                .claim("appid", subject.appId())
                .claim("oid", subject.objectId())
                .subject(subject.objectId())
                .claim("tid", tenantId)
                .claim("uti", UUID.randomUUID().toString())
                .claim("ver", "1.0");
        if (subject.resourceId() != null) {
            claims.claim("xms_mirid", subject.resourceId());
        }
        if (subject.userPrincipalName() == null) {
            claims.claim("idtyp", "app").claim("appidacr", "1").claim("idp", issuer());
        } else {
            claims.claim("idtyp", "user")
                    .claim("appidacr", "0")
                    .claim("scp", "user_impersonation")
                    .claim("name", subject.userPrincipalName())
                    .claim("unique_name", subject.userPrincipalName())
                    .claim("upn", subject.userPrincipalName());
        }
        return new IssuedToken(key.sign(claims.build()), now, expiresOn);
    }
}
