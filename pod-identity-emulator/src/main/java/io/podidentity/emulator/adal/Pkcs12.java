package io.podidentity.emulator.adal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.UUID;
import org.bouncycastle.pkcs.PKCS12PfxPdu;

/** A certificate with its key, which proves an application to Entra ID. Immutable; has no text form. */
final class Pkcs12 {

    private static final Duration ASSERTION_LIFE = Duration.ofHours(24);
    private static final String SHA1 = "1.3.14.3.2.26";

    private final PrivateKey key;
    private final X509Certificate certificate;

    private Pkcs12(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /** The file cannot be used, in the words of the Go library that reads it upstream. */
    @SuppressWarnings("serial")
    static final class UnreadableException extends Exception {
        private final String reason;

        UnreadableException(String reason) {
            super(reason);
            this.reason = reason;
        }

        @Override
        public String getMessage() {
            return reason;
        }
    }

    /**
     * Reads what Go's library reads, which is less than Java's: a file whose integrity is kept by SHA-256, as OpenSSL 3
     * and JDK 17 write by default, is refused there.
     */
    static Pkcs12 read(byte[] file, String password) throws UnreadableException {
        try {
            String digest = new PKCS12PfxPdu(file).getMacAlgorithmID() == null
                    ? ""
                    : new PKCS12PfxPdu(file).getMacAlgorithmID().getAlgorithm().getId();
            if (!digest.equals(SHA1)) {
                throw new UnreadableException(
                        digest.isEmpty() ? "pkcs12: no MAC in data" : "pkcs12: unknown digest algorithm: " + digest);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file), password.toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)
                        && store.getKey(alias, password.toCharArray()) instanceof PrivateKey key
                        && store.getCertificate(alias) instanceof X509Certificate certificate) {
                    return new Pkcs12(key, certificate);
                }
            }
            throw new UnreadableException("pkcs12: private key missing");
        } catch (IOException e) {
            throw new UnreadableException(
                    e.getCause() instanceof UnrecoverableKeyException
                            ? "pkcs12: decryption password incorrect"
                            : "pkcs12: error reading P12 data: asn1: structure error");
        } catch (GeneralSecurityException e) {
            throw new UnreadableException("pkcs12: decryption password incorrect");
        }
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
