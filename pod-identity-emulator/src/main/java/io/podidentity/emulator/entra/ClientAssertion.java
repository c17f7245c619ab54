package io.podidentity.emulator.entra;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.ServicePrincipal;
import java.net.URI;
import java.security.Key;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks a signed assertion that stands in for a secret: one that the application signed itself with a registered
 * certificate (issuer and subject are the client ID), else one of another issuer that a federated credential names.
 */
final class ClientAssertion {

    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private final Map<String, PublicKey> issuerKeys;
    private final URI authority;
    private final Clock clock;

    ClientAssertion(Map<String, PublicKey> issuerKeys, URI authority, Clock clock) {
        this.issuerKeys = issuerKeys;
        this.authority = authority;
        this.clock = clock;
    }

    /** @throws EntraException if it does not hold */
    void check(ServicePrincipal principal, String assertion) {
        SignedJWT jwt;
        JWTClaimsSet claims;
        try {
            jwt = SignedJWT.parse(assertion);
            claims = jwt.getJWTClaimsSet();
        } catch (ParseException e) {
            throw EntraError.MALFORMED_ASSERTION.because("JWT token is invalid or malformed.");
        }
        if (principal.clientId().equalsIgnoreCase(claims.getIssuer())) {
            checkOwn(principal, jwt, claims);
        } else {
            checkFederated(principal, jwt, claims);
        }
        checkTime(claims);
    }

    private void checkOwn(ServicePrincipal principal, SignedJWT jwt, JWTClaimsSet claims) {
        boolean signed =
                principal.certificates().stream().anyMatch(certificate -> verifies(jwt, certificate.getPublicKey()));
        if (!signed) {
            throw EntraError.ASSERTION_CERTIFICATE.because("The certificate with identifier used to sign the client"
                    + " assertion is not registered on application.");
        }
        if (claims.getAudience().stream().noneMatch(audience -> audience.startsWith(authority.toString()))) {
            throw EntraError.ASSERTION_AUDIENCE.because("Client assertion audience claim does not match Realm issuer.");
        }
    }

    private void checkFederated(ServicePrincipal principal, SignedJWT jwt, JWTClaimsSet claims) {
        String issuer = Optional.ofNullable(claims.getIssuer()).orElse("");
        String subject = Optional.ofNullable(claims.getSubject()).orElse("");
        List<FederatedCredential> sameIssuer = principal.federatedCredentials().stream()
                .filter(credential -> credential.issuer().equals(issuer))
                .toList();
        PublicKey key = issuerKeys.get(issuer);
        if (sameIssuer.isEmpty() || key == null) {
            throw mismatch(EntraError.FEDERATED_ISSUER, "issuer", issuer);
        }
        if (!verifies(jwt, key)) {
            throw EntraError.ASSERTION_SIGNATURE.because("Assertion failed signature validation.");
        }
        List<FederatedCredential> sameSubject = sameIssuer.stream()
                .filter(credential -> credential.subject().equals(subject))
                .toList();
        if (sameSubject.isEmpty()) {
            throw mismatch(EntraError.FEDERATED_SUBJECT, "subject", subject);
        }
        if (sameSubject.stream().noneMatch(credential -> claims.getAudience().contains(credential.audience()))) {
            throw mismatch(EntraError.FEDERATED_AUDIENCE, "audience", String.join(", ", claims.getAudience()));
        }
    }

    private static EntraException mismatch(EntraError error, String what, String presented) {
        return error.because("No matching federated identity record found for presented assertion " + what + " '"
                + presented + "'. Check your federated identity credential Subject, Audience and Issuer against the"
                + " presented assertion."
                + " https://learn.microsoft.com/entra/workload-id/workload-identity-federation");
    }

    private void checkTime(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Date from = claims.getNotBeforeTime();
        Date until = claims.getExpirationTime();
        boolean valid = until != null
                && now.isBefore(until.toInstant().plus(CLOCK_SKEW))
                && (from == null || !now.isBefore(from.toInstant().minus(CLOCK_SKEW)));
        if (!valid) {
            throw EntraError.ASSERTION_EXPIRED.because(
                    "Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s."
                            .formatted(
                                    now,
                                    from == null ? "-" : from.toInstant(),
                                    until == null ? "-" : until.toInstant()));
        }
    }

    private static boolean verifies(SignedJWT jwt, Key key) {
        try {
            JWSVerifier verifier = new DefaultJWSVerifierFactory().createJWSVerifier(jwt.getHeader(), key);
            return jwt.verify(verifier);
        } catch (JOSEException keyOfAnotherKind) {
            return false;
        }
    }
}
