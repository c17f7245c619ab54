package io.podidentity.emulator.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * A certificate authority of a few days that signs the certificates of this emulator. Keys are EC P-256: made in a few
 * milliseconds, and never written to disk. Immutable.
 */
public final class CertificateAuthority {

    /** The name in the server certificate for the token proxy of identity bindings. */
    public static final String TOKEN_PROXY = "token-proxy.localhost";

    private static final Duration LIFE = Duration.ofDays(30);
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);
    private static final X500Name NAME = new X500Name("CN=podid emulator CA, OU=worth nothing outside this machine");

    private final KeyPair keys;
    private final X509Certificate certificate;

    private CertificateAuthority(KeyPair keys, X509Certificate certificate) {
        this.keys = keys;
        this.certificate = certificate;
    }

    /**
     * The one of this JVM, which all its emulators share: a JVM reads what it trusts only once, so an authority for
     * each would leave every emulator but the first without trust.
     */
    public static CertificateAuthority ofThisJvm() {
        return OfThisJvm.AUTHORITY;
    }

    private static CertificateAuthority create() {
        try {
            KeyPair keys = newKeys();
            X509v3CertificateBuilder ca = certificate(NAME, keys)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new CertificateAuthority(keys, sign(ca, keys));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("This JDK cannot make a certificate", e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        try {
            var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
            return "-----BEGIN CERTIFICATE-----\n" + encoder.encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server side of TLS for localhost, 127.0.0.1, ::1 and every name below localhost. */
    public SSLContext serverContext() {
        return serverContext(Set.of());
    }

    /**
     * The same for more hosts.
     *
     * @param more names and addresses, those of IPv6 in brackets
     */
    public SSLContext serverContext(Set<String> more) {
        try {
            KeyPair serverKeys = newKeys();
            X509Certificate server = sign(serverCertificate(serverKeys, more), keys);
            char[] password = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            store.setKeyEntry("server", serverKeys.getPrivate(), password, new X509Certificate[] {server, certificate});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("This JDK cannot make a certificate", e);
        }
    }

    /** The client side, which trusts this authority alone. */
    public SSLContext clientContext() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", certificate);
            return trusting(store);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JDK cannot trust a certificate", e);
        }
    }

    static SSLContext trusting(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    /** A certificate for a key that signs documents, not connections. */
    public X509Certificate certify(KeyPair signing) {
        try {
            X509v3CertificateBuilder leaf = certificate(new X500Name("CN=podid emulator"), signing)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            return sign(leaf, keys);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("This JDK cannot make a certificate", e);
        }
    }

    private X509v3CertificateBuilder serverCertificate(KeyPair serverKeys, Set<String> more)
            throws GeneralSecurityException, IOException {
        // Some clients take no wildcard directly below a top-level name.
        GeneralName[] names = Stream.concat(
                        Stream.of("localhost", "*.localhost", TOKEN_PROXY, "127.0.0.1", "[::1]"), more.stream())
                .map(CertificateAuthority::generalName)
                .toArray(GeneralName[]::new);
        return certificate(new X500Name("CN=localhost"), serverKeys)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names))
                .addExtension(
                        Extension.authorityKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(keys.getPublic()));
    }

    private static GeneralName generalName(String host) {
        String address = host.replaceAll("[\\[\\]]", "");
        return IPAddress.isValid(address)
                ? new GeneralName(GeneralName.iPAddress, address)
                : new GeneralName(GeneralName.dNSName, host);
    }

    private static X509v3CertificateBuilder certificate(X500Name subject, KeyPair subjectKeys)
            throws GeneralSecurityException, IOException {
        var serial = new BigInteger(127, new SecureRandom()).setBit(0);
        Date from = Date.from(Instant.now().minus(CLOCK_SKEW));
        Date until = Date.from(Instant.now().plus(LIFE));
        return new JcaX509v3CertificateBuilder(NAME, serial, from, until, subject, subjectKeys.getPublic())
                .addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(subjectKeys.getPublic()));
    }

    private static X509Certificate sign(X509v3CertificateBuilder certificate, KeyPair issuer)
            throws GeneralSecurityException, OperatorCreationException {
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(certificate.build(signer));
    }

    /** A new key on the curve P-256. */
    public static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** Made at the first use. */
    private static final class OfThisJvm {
        static final CertificateAuthority AUTHORITY = create();

        private OfThisJvm() {}
    }
}
