// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.bc.BcPKCS12PBEInputDecryptorProviderBuilder;

/**
 * A certificate with its key, which proves an application to Entra ID. Has no text form.
 *
 * <p>Reads PKCS#12 files as Go's {@code golang.org/x/crypto/pkcs12} does, which is less than Java and OpenSSL read: one
 * certificate with one key, and no algorithm that OpenSSL 3 or JDK 17 use unless they are told to be old.
 *
 * @see <a href="https://pkg.go.dev/golang.org/x/crypto/pkcs12">the original</a>
 */
record Pkcs12(PrivateKey key, X509Certificate certificate) {

    private static final Duration ASSERTION_LIFE = Duration.ofHours(24);

    private static final Set<ASN1ObjectIdentifier> CIPHERS = Set.of(
            PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC, PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC);

    /** @throws UnreadableException if Go's library would not read it */
    static Pkcs12 read(byte[] file, String password) throws UnreadableException {
        if (password.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
            throw new UnreadableException("string contains characters that cannot be encoded in UCS-2");
        }
        Der whole = Der.first(file, Der.SEQUENCE, "pfxPdu");
        Der.first(whole.content(), Der.INTEGER, "int");
        try {
            Pfx pfx = Pfx.getInstance(Arrays.copyOf(file, whole.end()));
            if (whole.end() < file.length) {
                throw new UnreadableException("error reading P12 data: pkcs12: trailing data found");
            }
            return certificate(pfx, password);
        } catch (IOException | PKCSException | GeneralSecurityException | RuntimeException e) {
            throw new UnreadableException("error reading P12 data: " + e.getMessage());
        }
    }

    private static Pkcs12 certificate(Pfx pfx, String password)
            throws UnreadableException, IOException, PKCSException, GeneralSecurityException {
        if (!pfx.getAuthSafe().getContentType().equals(PKCSObjectIdentifiers.data)) {
            throw new UnreadableException("only password-protected PFX is implemented");
        }
        char[] verified = verified(pfx, password);
        List<PKCS12SafeBag> bags = bags(new PKCS12PfxPdu(pfx).getContentInfos(), verified);
        if (bags.size() != 2) {
            throw new UnreadableException("expected exactly two safe bags in the PFX PDU");
        }
        X509CertificateHolder certificate =
                only(bags, X509CertificateHolder.class, "certificate missing", "expected exactly one certificate bag");
        PKCS8EncryptedPrivateKeyInfo key =
                only(bags, PKCS8EncryptedPrivateKeyInfo.class, "private key missing", "expected exactly one key bag");
        return new Pkcs12(key(key, verified), new JcaX509CertificateConverter().getCertificate(certificate));
    }

    @Override
    public String toString() {
        return "Pkcs12";
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

    /** The password by which the file keeps its integrity. Some programs write an empty one as nothing at all. */
    private static char[] verified(Pfx pfx, String password) throws UnreadableException, PKCSException {
        if (pfx.getMacData() == null) {
            throw new UnreadableException("no MAC in data");
        }
        ASN1ObjectIdentifier digest = pfx.getMacData().getMac().getAlgorithmId().getAlgorithm();
        if (!digest.equals(OIWObjectIdentifiers.idSHA1)) {
            throw new UnreadableException("unknown digest algorithm: " + digest);
        }
        var macs = new BcPKCS12MacCalculatorBuilderProvider(BcDefaultDigestProvider.INSTANCE);
        char[] written = password.toCharArray();
        char[] terminated = password.isEmpty() ? new char[1] : written;
        for (char[] candidate : List.of(terminated, written)) {
            if (new PKCS12PfxPdu(pfx).isMacValid(macs, candidate)) {
                return candidate;
            }
        }
        throw new UnreadableException("decryption password incorrect");
    }

    private static List<PKCS12SafeBag> bags(ContentInfo[] parts, char[] password)
            throws UnreadableException, PKCSException {
        if (parts.length != 2) {
            throw new UnreadableException("expected exactly two items in the authenticated safe");
        }
        var bags = new ArrayList<PKCS12SafeBag>();
        for (ContentInfo part : parts) {
            if (part.getContentType().equals(PKCSObjectIdentifiers.data)) {
                bags.addAll(List.of(new PKCS12SafeBagFactory(part).getSafeBags()));
            } else if (part.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
                requireKnown(EncryptedData.getInstance(part.getContent()).getEncryptionAlgorithm(), "");
                var ciphers = new BcPKCS12PBEInputDecryptorProviderBuilder().build(password);
                bags.addAll(List.of(new PKCS12SafeBagFactory(part, ciphers).getSafeBags()));
            } else {
                throw new UnreadableException(
                        "only data and encryptedData content types are supported in authenticated safe");
            }
        }
        return bags;
    }

    private static void requireKnown(AlgorithmIdentifier cipher, String where) throws UnreadableException {
        if (!CIPHERS.contains(cipher.getAlgorithm())) {
            throw new UnreadableException(where + "algorithm " + cipher.getAlgorithm() + " is not supported");
        }
    }

    private static <T> T only(List<PKCS12SafeBag> bags, Class<T> type, String none, String several)
            throws UnreadableException {
        List<T> found = bags.stream()
                .map(PKCS12SafeBag::getBagValue)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
        if (found.size() != 1) {
            throw new UnreadableException(found.isEmpty() ? none : several);
        }
        return found.get(0);
    }

    private static PrivateKey key(PKCS8EncryptedPrivateKeyInfo encrypted, char[] password)
            throws UnreadableException, IOException, PKCSException {
        requireKnown(
                encrypted.toASN1Structure().getEncryptionAlgorithm(),
                "error decrypting PKCS#8 shrouded key bag: pkcs12: ");
        byte[] plain = encrypted
                .decryptPrivateKeyInfo(new BcPKCS12PBEInputDecryptorProviderBuilder().build(password))
                .getEncoded();
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(plain));
            } catch (GeneralSecurityException other) {
                // The next one may fit.
            }
        }
        throw new UnreadableException("error parsing PKCS#8 private key: x509: unknown key");
    }

    /** The file cannot be used; the message is that of Go's library. */
    @SuppressWarnings("serial")
    static final class UnreadableException extends Exception {

        UnreadableException(String reason) {
            super("pkcs12: " + reason);
        }
    }

    /**
     * The first element of some bytes, with the errors of Go's {@code encoding/asn1} for what is none.
     *
     * @param content its content
     * @param end where it ends
     * @see <a href="https://pkg.go.dev/encoding/asn1">the original</a>
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Der(byte[] content, int end) {

        static final int INTEGER = 2;
        static final int SEQUENCE = 16;

        private static final int COMPOUND = 0x20;
        private static final int LONG_TAG = 0x1f;

        /**
         * Reads the element.
         *
         * @param goType what Go calls the type of what is expected
         * @throws UnreadableException if it has another tag or is not whole
         */
        static Der first(byte[] bytes, int tag, String goType) throws UnreadableException {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (bytes.length == 0) {
                throw malformed("syntax error: sequence truncated");
            }
            try {
                int first = in.get() & 0xff;
                int number = readTag(first, in);
                int length = length(in);
                boolean compound = (first & COMPOUND) != 0;
                if (first >> 6 != 0 || number != tag || compound != (tag == SEQUENCE)) {
                    throw malformed(
                            "structure error: tags don't match (%d vs {class:%d tag:%d length:%d isCompound:%b}) {optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false} %s @%d"
                                    .formatted(tag, first >> 6, number, length, compound, goType, in.position()));
                }
                if (length > in.remaining()) {
                    throw malformed("syntax error: data truncated");
                }
                byte[] content = new byte[length];
                in.get(content);
                return new Der(content, in.position());
            } catch (BufferUnderflowException e) {
                throw malformed("syntax error: truncated tag or length");
            }
        }

        private static int readTag(int first, ByteBuffer in) {
            int number = first & LONG_TAG;
            return number == LONG_TAG ? readLongTag(in) : number;
        }

        private static int readLongTag(ByteBuffer in) {
            int tag = 0;
            int octet;
            do {
                octet = in.get();
                tag = (tag << 7) | (octet & 0x7f);
            } while (octet < 0);
            return tag;
        }

        private static int length(ByteBuffer in) throws UnreadableException {
            int first = in.get() & 0xff;
            // A short length stands in the first byte; of a long one that byte has the number of bytes.
            if (first < 0x80) {
                return first;
            }
            int length = 0;
            for (int left = first & 0x7f; left > 0; left--) {
                if (length >= 1 << 23) {
                    throw malformed("structure error: length too large");
                }
                length = (length << 8) | (in.get() & 0xff);
            }
            if (first == 0x80) {
                throw malformed("syntax error: indefinite length found (not DER)");
            }
            return length;
        }

        private static UnreadableException malformed(String reason) {
            return new UnreadableException("error reading P12 data: asn1: " + reason);
        }
    }
}
