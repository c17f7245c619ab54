package io.podidentity.emulator.adal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;

/** A certificate with its key, which proves an application to Entra ID. Immutable; has no text form. */
final class ApplicationCertificate {

    private static final Duration ASSERTION_LIFE = Duration.ofHours(24);

    private final PrivateKey key;
    private final X509Certificate certificate;

    ApplicationCertificate(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    boolean hasRsaKey() {
        return key instanceof RSAPrivateKey;
    }

    /** A signed assertion by which the application proves its identity. */
    String assertion(String clientId, String audience, Instant now) {
        try {
            byte[] thumbprint = MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded());
            @SuppressWarnings("deprecation") // The original sends this one.
            var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .x509CertThumbprint(Base64URL.encode(thumbprint))
                    .build();
            var claims = new JWTClaimsSet.Builder()
                    .audience(audience)
                    .issuer(clientId)
                    .subject(clientId)
                    .jwtID(UUID.randomUUID().toString())
                    .notBeforeTime(Date.from(now))
                    .expirationTime(Date.from(now.plus(ASSERTION_LIFE)))
                    .build();
            var assertion = new SignedJWT(header, claims);
            assertion.sign(new RSASSASigner(key));
            return assertion.serialize();
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("Cannot sign an assertion", e);
        }
    }
}
