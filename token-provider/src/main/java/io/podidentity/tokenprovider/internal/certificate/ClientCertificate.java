package io.podidentity.tokenprovider.internal.certificate;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate that an application proves itself with.
 *
 * @param key its private key, an RSA key; may be one that never leaves the store that it is in
 * @param chain itself first, then those that vouch for it, as far as they are at hand
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

    /** The SHA-1 of the certificate in hex, which is what Azure and Windows show as its thumbprint. */
    public String thumbprint() throws GeneralSecurityException {
        byte[] digest = digest("SHA-1");
        StringBuilder hex = new StringBuilder(2 * digest.length);
        for (byte b : digest) {
            hex.append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
        }
        return hex.toString();
    }

    /** A digest of the certificate. */
    public byte[] digest(String algorithm) throws GeneralSecurityException {
        return MessageDigest.getInstance(algorithm).digest(leaf().getEncoded());
    }

    /** Shows nothing of the key. */
    @Override
    public String toString() {
        return "certificate of " + leaf().getSubjectX500Principal();
    }
}
