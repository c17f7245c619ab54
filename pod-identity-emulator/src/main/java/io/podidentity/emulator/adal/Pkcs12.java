package io.podidentity.emulator.adal;

import io.podidentity.emulator.adal.Asn1.MalformedException;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads PKCS#12 files as Go's {@code golang.org/x/crypto/pkcs12} does, which is less than Java and OpenSSL read: one
 * certificate with one key, and no algorithm that OpenSSL 3 or JDK 17 use unless they are told to be old.
 *
 * @see <a href="https://pkg.go.dev/golang.org/x/crypto/pkcs12">the original</a>
 */
final class Pkcs12 {

    private static final String DATA = "1.2.840.113549.1.7.1";
    private static final String ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
    private static final String X509 = "1.2.840.113549.1.9.22.1";
    private static final String CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
    private static final String KEY_BAG = "1.2.840.113549.1.12.10.1.2";

    private final Pkcs12Password password;
    private @Nullable PrivateKey key;
    private @Nullable X509Certificate certificate;

    private Pkcs12(Pkcs12Password password) {
        this.password = password;
    }

    /** Content by its type, in the file's own parts and in its bags. */
    private static final class Typed {
        private final String type;
        private final byte[] bytes;

        Typed(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
        }
    }

    /** @throws UnreadableCertificateException if Go's library would not read it */
    static ApplicationCertificate read(byte[] file, String password) throws UnreadableCertificateException {
        try {
            var reader = new Pkcs12(new Pkcs12Password(password));
            List<Typed> bags = reader.bags(file);
            if (bags.size() != 2) {
                throw new UnreadableCertificateException("pkcs12: expected exactly two safe bags in the PFX PDU");
            }
            for (Typed bag : bags) {
                reader.take(bag);
            }
            if (reader.certificate == null || reader.key == null) {
                throw new UnreadableCertificateException(
                        reader.certificate == null ? "pkcs12: certificate missing" : "pkcs12: private key missing");
            }
            return new ApplicationCertificate(reader.key, reader.certificate);
        } catch (MalformedException e) {
            throw new UnreadableCertificateException(String.valueOf(e.getMessage()));
        }
    }

    /** All of the file, whose integrity the password keeps. */
    private List<Typed> bags(byte[] file) throws UnreadableCertificateException, MalformedException {
        Typed safe;
        Asn1 mac;
        try {
            Asn1 whole = new Asn1(file);
            Asn1 pfx = new Asn1(whole.next(Asn1.SEQUENCE, "pfxPdu"));
            int version = pfx.integer();
            safe = content(new Asn1(pfx.next(Asn1.SEQUENCE, "contentInfo")));
            mac = pfx.isAtEnd() ? new Asn1(new byte[0]) : new Asn1(pfx.next(Asn1.SEQUENCE, "macData"));
            requireEnd(whole);
            if (version != 3) {
                throw new UnreadableCertificateException("pkcs12: can only decode v3 PFX PDU's");
            }
        } catch (MalformedException e) {
            throw new UnreadableCertificateException("pkcs12: error reading P12 data: " + e.getMessage());
        }
        if (!safe.type.equals(DATA)) {
            throw new UnreadableCertificateException("pkcs12: only password-protected PFX is implemented");
        }
        byte[] protectedBytes = octets(safe.bytes);
        if (mac.isAtEnd()) {
            throw new UnreadableCertificateException("pkcs12: no MAC in data");
        }
        password.verify(mac, protectedBytes);
        List<Typed> parts = new ArrayList<>();
        Asn1 sequence = structure(protectedBytes, "");
        while (!sequence.isAtEnd()) {
            parts.add(content(new Asn1(sequence.next(Asn1.SEQUENCE, "contentInfo"))));
        }
        if (parts.size() != 2) {
            throw new UnreadableCertificateException("pkcs12: expected exactly two items in the authenticated safe");
        }
        var bags = new ArrayList<Typed>();
        for (Typed part : parts) {
            Asn1 safeBags = structure(plain(part), "");
            while (!safeBags.isAtEnd()) {
                Asn1 bag = new Asn1(safeBags.next(Asn1.SEQUENCE, "safeBag"));
                bags.add(new Typed(bag.objectId(), optional(bag.tagged())));
            }
        }
        return bags;
    }

    private byte[] plain(Typed part) throws UnreadableCertificateException, MalformedException {
        return switch (part.type) {
            case DATA -> octets(part.bytes);
            case ENCRYPTED_DATA -> {
                Asn1 encrypted = structure(part.bytes, "encryptedData");
                if (encrypted.integer() != 0) {
                    throw new UnreadableCertificateException("pkcs12: only version 0 of EncryptedData is supported");
                }
                Asn1 info = new Asn1(encrypted.next(Asn1.SEQUENCE, "encryptedContentInfo"));
                info.objectId();
                Asn1 algorithm = new Asn1(info.next(Asn1.SEQUENCE, "AlgorithmIdentifier"));
                yield password.decrypt(algorithm, optional(info.tagged()));
            }
            default ->
                throw new UnreadableCertificateException(
                        "pkcs12: only data and encryptedData content types are supported in authenticated safe");
        };
    }

    private void take(Typed bag) throws UnreadableCertificateException {
        if (bag.type.equals(CERTIFICATE_BAG)) {
            if (certificate != null) {
                throw new UnreadableCertificateException("pkcs12: expected exactly one certificate bag");
            }
            certificate = certificate(bag.bytes);
        } else if (bag.type.equals(KEY_BAG)) {
            if (key != null) {
                throw new UnreadableCertificateException("pkcs12: expected exactly one key bag");
            }
            key = key(bag.bytes);
        }
    }

    private static X509Certificate certificate(byte[] bag) throws UnreadableCertificateException {
        try {
            Asn1 content = structure(bag, "certBag");
            String type = content.objectId();
            byte[] bytes = octets(optional(content.tagged()));
            if (!type.equals(X509)) {
                throw new UnreadableCertificateException("pkcs12: only X509 certificates are supported");
            }
            Certificate read =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
            return (X509Certificate) read;
        } catch (MalformedException e) {
            throw new UnreadableCertificateException("pkcs12: error decoding cert bag: " + e.getMessage());
        } catch (GeneralSecurityException e) {
            throw new UnreadableCertificateException("x509: malformed certificate");
        }
    }

    private PrivateKey key(byte[] bag) throws UnreadableCertificateException {
        byte[] plain;
        try {
            Asn1 info = structure(bag, "encryptedPrivateKeyInfo");
            Asn1 algorithm = new Asn1(info.next(Asn1.SEQUENCE, "AlgorithmIdentifier"));
            byte[] encrypted = info.next(Asn1.OCTETS, "");
            try {
                plain = password.decrypt(algorithm, encrypted);
            } catch (UnreadableCertificateException | MalformedException e) {
                throw new UnreadableCertificateException(
                        "pkcs12: error decrypting PKCS#8 shrouded key bag: " + e.getMessage());
            }
        } catch (MalformedException e) {
            throw new UnreadableCertificateException(
                    "pkcs12: error decoding PKCS#8 shrouded key bag: " + e.getMessage());
        }
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(plain));
            } catch (GeneralSecurityException other) {
                // The next one may fit.
            }
        }
        throw new UnreadableCertificateException("pkcs12: error parsing PKCS#8 private key: x509: unknown key");
    }

    private static Typed content(Asn1 info) throws MalformedException {
        return new Typed(info.objectId(), optional(info.tagged()));
    }

    private static byte[] optional(byte @Nullable [] bytes) {
        return bytes == null ? new byte[0] : bytes;
    }

    private static byte[] octets(byte[] bytes) throws MalformedException {
        return whole(bytes, Asn1.OCTETS, "");
    }

    static Asn1 structure(byte[] bytes, String goType) throws MalformedException {
        return new Asn1(whole(bytes, Asn1.SEQUENCE, goType));
    }

    private static byte[] whole(byte[] bytes, int tag, String goType) throws MalformedException {
        Asn1 reader = new Asn1(bytes);
        byte[] content = reader.next(tag, goType);
        requireEnd(reader);
        return content;
    }

    private static void requireEnd(Asn1 reader) throws MalformedException {
        if (!reader.isAtEnd()) {
            throw new MalformedException("pkcs12: trailing data found");
        }
    }
}
