package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a certificate and its private key from PEM (RFC 7468). Text around the blocks is ignored. */
final class PemReader {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    /** Version 0 and the algorithm rsaEncryption, which PKCS#8 puts before a PKCS#1 key (RFC 5208, RFC 8017). */
    private static final byte[] RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private final String origin;
    private final List<X509Certificate> certificates = new ArrayList<>();
    private @Nullable RSAPrivateKey key;

    private PemReader(String origin) {
        this.origin = origin;
    }

    static ClientCertificate read(String text, String origin) throws GeneralSecurityException {
        PemReader reader = new PemReader(origin);
        for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin + 1)) {
            reader.block(text, begin + BEGIN.length());
        }
        return reader.certificate();
    }

    private void block(String text, int labelStart) throws GeneralSecurityException {
        int labelEnd = text.indexOf(DASHES, labelStart);
        String label = labelEnd < 0 ? "" : text.substring(labelStart, labelEnd);
        int end = text.indexOf("-----END " + label + DASHES, labelEnd + DASHES.length());
        if (label.isEmpty() || end < 0) {
            throw CertificateFailure.of(origin, "is incomplete", "Create it again.");
        }
        String body = text.substring(labelEnd + DASHES.length(), end);
        switch (label) {
            case "CERTIFICATE" -> certificates.add(x509(decode(body)));
            case "PRIVATE KEY" -> key = key(decode(body));
            case "RSA PRIVATE KEY" -> {
                if (body.contains("ENCRYPTED")) {
                    throw encrypted();
                }
                key = key(pkcs8(decode(body)));
            }
            case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
            case "EC PRIVATE KEY" -> throw CertificateFailure.withoutRsaKey(origin);
            default -> {
                // Parameters, certificate requests and other blocks that are not needed.
            }
        }
    }

    private ClientCertificate certificate() {
        RSAPrivateKey own = key;
        if (own == null || certificates.isEmpty()) {
            throw CertificateFailure.of(
                    origin,
                    own == null ? "holds no private key" : "holds no certificate",
                    "It must contain both, as PEM or PKCS#12.");
        }
        for (X509Certificate certificate : certificates) {
            if (certificate.getPublicKey() instanceof RSAPublicKey shared
                    && shared.getModulus().equals(own.getModulus())) {
                List<X509Certificate> chain = new ArrayList<>(certificates);
                chain.remove(certificate);
                chain.add(0, certificate);
                return new ClientCertificate(own, chain);
            }
        }
        throw CertificateFailure.of(
                origin, "contains no certificate that matches its private key", "Add the certificate of that key.");
    }

    private RSAPrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        try {
            return (RSAPrivateKey) KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException e) {
            throw CertificateFailure.withoutRsaKey(origin);
        }
    }

    private byte[] decode(String body) {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw CertificateFailure.of(origin, "has a block that is not valid Base64", "Create it again.");
        }
    }

    private TokenAcquisitionException encrypted() {
        return CertificateFailure.of(
                origin,
                "has an encrypted private key",
                "Decrypt it with 'openssl pkcs8 -in FILE -out FILE' or convert it to PKCS#12.");
    }

    private static X509Certificate x509(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static byte[] pkcs8(byte[] pkcs1) {
        byte[] key = der(0x04, pkcs1);
        return der(
                0x30,
                ByteBuffer.allocate(RSA.length + key.length).put(RSA).put(key).array());
    }

    /** A DER value: tag, length in the long form, contents. */
    private static byte[] der(int tag, byte[] contents) {
        byte[] length = BigInteger.valueOf(contents.length).toByteArray();
        return ByteBuffer.allocate(2 + length.length + contents.length)
                .put((byte) tag)
                .put((byte) (0x80 | length.length))
                .put(length)
                .put(contents)
                .array();
    }
}
