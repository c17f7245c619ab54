package io.podidentity.emulator.adal;

import io.podidentity.emulator.adal.Der.UnreadableException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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
 * Reads PKCS#12 files as Go's {@code golang.org/x/crypto/pkcs12} does, which is less than Java and OpenSSL read: one
 * certificate with one key, and no algorithm that OpenSSL 3 or JDK 17 use unless they are told to be old.
 *
 * @see <a href="https://pkg.go.dev/golang.org/x/crypto/pkcs12">the original</a>
 */
final class Pkcs12 {

    private static final Set<ASN1ObjectIdentifier> CIPHERS = Set.of(
            PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC, PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC);

    private Pkcs12() {}

    /** @throws UnreadableException if Go's library would not read it */
    static ApplicationCertificate read(byte[] file, String password) throws UnreadableException {
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

    private static ApplicationCertificate certificate(Pfx pfx, String password)
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
        return new ApplicationCertificate(
                key(key, verified), new JcaX509CertificateConverter().getCertificate(certificate));
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
        for (char[] one : List.of(password.isEmpty() ? new char[1] : password.toCharArray(), password.toCharArray())) {
            if (new PKCS12PfxPdu(pfx).isMacValid(macs, one)) {
                return one;
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
}
