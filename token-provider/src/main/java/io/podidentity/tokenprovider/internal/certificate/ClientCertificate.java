package io.podidentity.tokenprovider.internal.certificate;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate by which an application proves its identity.
 *
 * @param key its private RSA key, which may be one that never leaves its store
 * @param chain the certificate itself, then the certificates of its issuers, as far as they are available
 */
public record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    public X509Certificate leaf() {
        return chain.get(0);
    }

    public Instant validFrom() {
        return leaf().getNotBefore().toInstant();
    }

    public Instant validUntil() {
        return leaf().getNotAfter().toInstant();
    }

    public boolean isValidAt(long millis) {
        return millis >= validFrom().toEpochMilli() && millis <= validUntil().toEpochMilli();
    }

    /** The SHA-1 hash of the certificate in hex, which Azure and Windows show as its thumbprint. */
    public String thumbprint() throws GeneralSecurityException {
        byte[] digest = digest("SHA-1");
        StringBuilder hex = new StringBuilder(2 * digest.length);
        for (byte b : digest) {
            hex.append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
        }
        return hex.toString();
    }

    /** A hash of the certificate. */
    public byte[] digest(String algorithm) throws GeneralSecurityException {
        return MessageDigest.getInstance(algorithm).digest(leaf().getEncoded());
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return "certificate of " + leaf().getSubjectX500Principal();
    }
}
