// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
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

/**
 * Reads a certificate and its private key, from PEM (RFC 7468; text around the blocks is ignored) or PKCS#12.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class CertificateReader {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    /** Version 0 and the algorithm rsaEncryption, which PKCS#8 puts before a PKCS#1 key (RFC 5208, RFC 8017). */
    private static final byte[] RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final String RSA_REMEDY =
            "Entra ID accepts RSA keys only. Create one with 'openssl req -x509 -newkey rsa:2048'.";

    private final String origin;
    private final List<X509Certificate> certificates = new ArrayList<>();
    private @Nullable RSAPrivateKey key;

    private CertificateReader(String origin) {
        this.origin = origin;
    }

    /**
     * Reads a certificate and its private key.
     *
     * @throws TokenAcquisitionException if there is no certificate that Entra ID accepts; the message says why and
     *     shows nothing of the contents
     */
    public static ClientCertificate read(byte[] contents, @Nullable Secret password, String origin) {
        CertificateReader reader = new CertificateReader(origin);
        try {
            if (isDer(contents)) {
                return reader.readPkcs12(contents, password);
            }
            return reader.readPem(new String(contents, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw reader.failure("cannot be opened with this password", "Correct the password.");
            }
            throw reader.failure("is neither PEM nor PKCS#12", "Check its contents.");
        } catch (GeneralSecurityException e) {
            // The JDK's message may describe the contents, so it is not shown.
            throw reader.failure("cannot be read (" + e.getClass().getSimpleName() + ")", "Check its contents.");
        }
    }

    /** Whether contents begin with the tag of a DER sequence, as PKCS#12 does. PEM is text. */
    private static boolean isDer(byte[] contents) {
        return contents.length > 0 && contents[0] == 0x30;
    }

    private ClientCertificate readPkcs12(byte[] contents, @Nullable Secret password)
            throws IOException, GeneralSecurityException {
        char[] characters = {};
        if (password != null) {
            characters = password.reveal().toCharArray();
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(contents), characters);
        List<ClientCertificate> found = ClientCertificate.readAll(store, characters);
        if (found.isEmpty()) {
            throw failure("holds no certificate with an RSA key", RSA_REMEDY);
        }
        return found.get(0);
    }

    private ClientCertificate readPem(String text) throws GeneralSecurityException {
        for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin + 1)) {
            readBlock(text, begin + BEGIN.length());
        }
        return requireCertificateOfKey();
    }

    private void readBlock(String text, int labelStart) throws GeneralSecurityException {
        int labelEnd = text.indexOf(DASHES, labelStart);
        if (labelEnd <= labelStart) {
            throw incomplete();
        }
        String label = text.substring(labelStart, labelEnd);
        int end = text.indexOf("-----END " + label + DASHES, labelEnd + DASHES.length());
        if (end < 0) {
            throw incomplete();
        }
        readBody(label, text.substring(labelEnd + DASHES.length(), end));
    }

    /** Reads a block with this label. Other blocks, such as parameters and certificate requests, are not needed. */
    private void readBody(String label, String body) throws GeneralSecurityException {
        if (label.equals("CERTIFICATE")) {
            certificates.add(parseCertificate(decode(body)));
        } else if (label.equals("PRIVATE KEY")) {
            key = parseKey(decode(body));
        } else if (label.equals("EC PRIVATE KEY")) {
            throw failure("has a private key that is not an RSA key", RSA_REMEDY);
        } else if (label.equals("ENCRYPTED PRIVATE KEY")) {
            throw encrypted();
        } else if (label.equals("RSA PRIVATE KEY")) {
            if (body.contains("ENCRYPTED")) {
                throw encrypted();
            }
            key = parseKey(toPkcs8(decode(body)));
        }
    }

    private ClientCertificate requireCertificateOfKey() {
        RSAPrivateKey own = key;
        if (own == null) {
            throw failure("holds no private key", "It must contain both, as PEM or PKCS#12.");
        }
        if (certificates.isEmpty()) {
            throw failure("holds no certificate", "It must contain both, as PEM or PKCS#12.");
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
        throw failure("contains no certificate that matches its private key", "Add the certificate of that key.");
    }

    private RSAPrivateKey parseKey(byte[] pkcs8) throws GeneralSecurityException {
        try {
            return (RSAPrivateKey) KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException e) {
            throw failure("has a private key that is not an RSA key", RSA_REMEDY);
        }
    }

    private byte[] decode(String body) {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw failure("has a block that is not valid Base64", "Create it again.");
        }
    }

    private TokenAcquisitionException incomplete() {
        return failure("is incomplete", "Create it again.");
    }

    private TokenAcquisitionException encrypted() {
        return failure(
                "has an encrypted private key",
                "Decrypt it with 'openssl pkcs8 -in FILE -out FILE' or convert it to PKCS#12.");
    }

    private static X509Certificate parseCertificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** A PKCS#1 key in the envelope of PKCS#8, which is the only form that the JDK reads. */
    private static byte[] toPkcs8(byte[] pkcs1) {
        byte[] key = writeDer(0x04, pkcs1);
        return writeDer(
                0x30,
                ByteBuffer.allocate(RSA.length + key.length).put(RSA).put(key).array());
    }

    /** A DER value: tag, length in the long form, contents. */
    private static byte[] writeDer(int tag, byte[] contents) {
        byte[] length = BigInteger.valueOf(contents.length).toByteArray();
        return ByteBuffer.allocate(2 + length.length + contents.length)
                .put((byte) tag)
                .put((byte) (0x80 | length.length))
                .put(length)
                .put(contents)
                .array();
    }

    private TokenAcquisitionException failure(String problem, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, origin + " " + problem, remedy);
    }
}
