// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.tls;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
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
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority that signs the certificates of this emulator: one of a few days, whose key is never written
 * to disk, or one of years that a cluster keeps. The latter has a successor, which clients trust from the beginning,
 * and which signs when the first is about to end. Keys are EC P-256, made in a few milliseconds. Immutable.
 *
 * <p>Clients trust a root, whose key has signed one certificate and is then forgotten: that of the issuer, which signs
 * for servers. Both permit only the names of these servers, so that whoever has the issuer's key can play no other
 * host. The root alone would not do, for the JDK reads no limits in a certificate that it trusts.
 *
 * @since 0.1.0
 */
public final class CertificateAuthority {

    /** The name in the server certificate for the token proxy of identity bindings. */
    public static final String TOKEN_PROXY = "token-proxy.localhost";

    /** Of a certificate; half of it later a server gets a new one. */
    static final Duration LIFE = Duration.ofDays(30);

    /** How long an authority signs that a cluster keeps: so long may a pod run with what it trusted when it started. */
    static final Duration PERIOD = Duration.ofDays(1825);

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);
    private static final X500Name ROOT = new X500Name("CN=podid emulator CA, OU=worth nothing outside this machine");
    private static final X500Name ISSUER =
            new X500Name("CN=podid emulator issuer, OU=worth nothing outside this machine");

    private final X509Certificate root;
    private final KeyPair keys;
    /** Of the issuer. */
    private final X509Certificate certificate;

    private final @Nullable CertificateAuthority successor;

    private CertificateAuthority(
            X509Certificate root, KeyPair keys, X509Certificate certificate, @Nullable CertificateAuthority successor) {
        this.root = root;
        this.keys = keys;
        this.certificate = certificate;
        this.successor = successor;
    }

    /**
     * The one of this JVM, which all its emulators share: a JVM reads what it trusts only once, so an authority for
     * each would leave every emulator but the first without trust.
     */
    public static CertificateAuthority ofThisJvm() {
        return OfThisJvm.AUTHORITY;
    }

    /**
     * The one of this JVM that may sign for these hosts too: {@link #ofThisJvm()} if they are all names of loopback,
     * and one of their own for other hosts, whose clients are not in this JVM.
     *
     * @param hosts names and addresses, those of IPv6 in brackets
     */
    public static CertificateAuthority ofThisJvm(Set<String> hosts) {
        return OfThisJvm.AUTHORITY.permits(hosts)
                ? OfThisJvm.AUTHORITY
                : OfThisJvm.OF_HOSTS.computeIfAbsent(Set.copyOf(hosts), CertificateAuthority::ofDays);
    }

    /**
     * A new one with a successor, whose {@link #pem}, {@link #issuerPem} and {@link #keyPem} are kept for
     * {@link #read}.
     *
     * @param hosts for which it may sign, beside those of loopback; addresses of IPv6 in brackets
     */
    public static CertificateAuthority kept(Instant now, Set<String> hosts) {
        PermittedNames permitted = PermittedNames.of(hosts);
        return create(now, PERIOD, permitted, create(now, PERIOD.multipliedBy(2), permitted, null));
    }

    /** Whether it may sign for all these hosts; false if it has no limits, as no authority of podid's is made. */
    public boolean permits(Set<String> hosts) {
        return PermittedNames.in(certificate)
                .filter(permitted -> hosts.stream().allMatch(permitted::include))
                .isPresent();
    }

    /** The same, or if it is about to end its successor, which then has a new one. */
    public CertificateAuthority renewed(Instant now) {
        CertificateAuthority signer = signer(now);
        if (signer.successor != null) {
            return signer;
        }
        PermittedNames permitted = PermittedNames.in(signer.certificate).orElseGet(() -> PermittedNames.of(Set.of()));
        return new CertificateAuthority(
                signer.root, signer.keys, signer.certificate, create(now, PERIOD.multipliedBy(2), permitted, null));
    }

    private CertificateAuthority signer(Instant now) {
        boolean ends = !now.isBefore(certificate.getNotAfter().toInstant().minus(LIFE));
        return ends && successor != null ? successor : this;
    }

    /**
     * The one that was kept.
     *
     * @throws IllegalArgumentException if these are no certificates of roots and issuers, each issuer with its key
     */
    public static CertificateAuthority read(String pem, String issuerPem, String keyPem) {
        try {
            List<X509Certificate> roots = certificatesIn(pem);
            List<X509Certificate> issuers = certificatesIn(issuerPem);
            List<String> keys = Stream.of(keyPem.split("-----[A-Z ]+-----"))
                    .filter(text -> !text.isBlank())
                    .toList();
            if (roots.isEmpty() || roots.size() != issuers.size() || roots.size() != keys.size()) {
                throw new GeneralSecurityException(
                        roots.size() + " certificates, " + issuers.size() + " issuers, " + keys.size() + " keys");
            }
            CertificateAuthority authority = null;
            for (int i = keys.size() - 1; i >= 0; i--) {
                var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(keys.get(i)));
                PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(encoded);
                X509Certificate issuer = issuers.get(i);
                var pair = new KeyPair(issuer.getPublicKey(), key);
                authority = new CertificateAuthority(roots.get(i), pair, issuer, authority);
            }
            return requireNonNull(authority);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("This is no certificate authority: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> certificatesIn(String pem) throws GeneralSecurityException {
        var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
        return CertificateFactory.getInstance("X.509").generateCertificates(bytes).stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private static CertificateAuthority ofDays(Set<String> hosts) {
        return create(Instant.now(), LIFE, PermittedNames.of(hosts), null);
    }

    private static CertificateAuthority create(
            Instant now, Duration life, PermittedNames permitted, @Nullable CertificateAuthority successor) {
        return made(() -> {
            KeyPair rootKeys = newKeys();
            KeyPair keys = newKeys();
            X509Certificate root =
                    sign(authority(certificate(ROOT, ROOT, rootKeys, now, life), permitted, 1), rootKeys);
            X509v3CertificateBuilder issuer = authority(certificate(ROOT, ISSUER, keys, now, life), permitted, 0)
                    .addExtension(Extension.authorityKeyIdentifier, false, keyIdentifier(rootKeys));
            return new CertificateAuthority(root, keys, sign(issuer, rootKeys), successor);
        });
    }

    /** @param below how many authorities may be between this one and a server */
    private static X509v3CertificateBuilder authority(
            X509v3CertificateBuilder certificate, PermittedNames permitted, int below) throws IOException {
        return certificate
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(below))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(Extension.nameConstraints, true, permitted.extension());
    }

    private static <T> T made(Callable<T> maker) {
        try {
            return maker.call();
        } catch (Exception e) {
            throw new IllegalStateException("This JDK cannot make a certificate", e);
        }
    }

    /** Its own root, then its successor's: what clients trust. */
    public List<X509Certificate> certificates() {
        return successor == null ? List.of(root) : List.of(root, successor.root);
    }

    /** The certificates that clients trust, as PEM text. */
    public String pem() {
        return certificates().stream().map(CertificateAuthority::pem).collect(joining());
    }

    /** Any certificate as PEM text. */
    public static String pem(X509Certificate certificate) {
        return pem(CERTIFICATE, made(certificate::getEncoded));
    }

    /** The certificates of the issuers in the same order, for whoever keeps this authority. */
    public String issuerPem() {
        return pem(certificate) + (successor == null ? "" : successor.issuerPem());
    }

    /** The private keys of the issuers in the same order, for whoever keeps this authority. */
    public String keyPem() {
        return pem(PRIVATE_KEY, keys.getPrivate().getEncoded()) + (successor == null ? "" : successor.keyPem());
    }

    private static String pem(String type, byte[] content) {
        var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN " + type + "-----\n" + encoder.encodeToString(content) + "\n-----END " + type + "-----\n";
    }

    /** The server side of TLS for localhost, 127.0.0.1, ::1 and every name below localhost. */
    public SSLContext serverContext() {
        return serverContext(Set.of());
    }

    /**
     * The same for more hosts. The certificate is made anew before it ends.
     *
     * @param more names and addresses, those of IPv6 in brackets
     * @throws IllegalArgumentException if this authority does not permit one of them
     */
    public SSLContext serverContext(Set<String> more) {
        return serverContext(more, Clock.systemUTC());
    }

    SSLContext serverContext(Set<String> more, Clock clock) {
        if (!permits(more)) {
            throw new IllegalArgumentException(
                    "The emulator's CA is not made for all of these hosts: " + String.join(", ", new TreeSet<>(more)));
        }
        return made(() -> newServerContext(more, clock));
    }

    private SSLContext newServerContext(Set<String> more, Clock clock) throws GeneralSecurityException {
        KeyPair serverKeys = newKeys();
        var renewed = new RenewedCertificate(
                serverKeys.getPrivate(),
                now -> signer(now).serverChain(serverKeys, more, now),
                clock,
                LIFE.dividedBy(2));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {renewed}, null, null);
        return context;
    }

    private X509Certificate[] serverChain(KeyPair serverKeys, Set<String> more, Instant now) {
        return made(() -> new X509Certificate[] {sign(serverCertificate(serverKeys, more, now), keys), certificate});
    }

    /** The client side, which trusts this authority and its successor alone. */
    public SSLContext clientContext() {
        return made(() -> trusting(store(certificates())));
    }

    static KeyStore store(List<X509Certificate> trusted) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < trusted.size(); i++) {
            store.setCertificateEntry("trusted-" + i, trusted.get(i));
        }
        return store;
    }

    /** The client side that trusts what is in the store, and nothing else. */
    public static SSLContext trusting(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    /** A certificate for a key that signs documents, not connections, then that of its issuer. */
    public List<X509Certificate> certify(KeyPair signing) {
        return made(() -> List.of(
                sign(
                        certificate(subject(), new X500Name("CN=podid emulator"), signing, Instant.now(), LIFE)
                                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)),
                        keys),
                certificate));
    }

    private X500Name subject() {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private X509v3CertificateBuilder serverCertificate(KeyPair serverKeys, Set<String> more, Instant now)
            throws GeneralSecurityException, IOException {
        // Some clients take no wildcard directly below a top-level name.
        GeneralName[] names = Stream.concat(
                        Stream.of("localhost", "*.localhost", TOKEN_PROXY, "127.0.0.1", "[::1]"), more.stream())
                .map(CertificateAuthority::generalName)
                .toArray(GeneralName[]::new);
        return certificate(subject(), new X500Name("CN=localhost"), serverKeys, now, LIFE)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names))
                .addExtension(Extension.authorityKeyIdentifier, false, keyIdentifier(keys));
    }

    private static AuthorityKeyIdentifier keyIdentifier(KeyPair issuer) throws GeneralSecurityException {
        return new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer.getPublic());
    }

    private static GeneralName generalName(String host) {
        String address = host.replaceAll("[\\[\\]]", "");
        return IPAddress.isValid(address)
                ? new GeneralName(GeneralName.iPAddress, address)
                : new GeneralName(GeneralName.dNSName, host);
    }

    private static X509v3CertificateBuilder certificate(
            X500Name issuer, X500Name subject, KeyPair subjectKeys, Instant now, Duration life)
            throws GeneralSecurityException, IOException {
        var serial = new BigInteger(127, new SecureRandom()).setBit(0);
        Date from = Date.from(now.minus(CLOCK_SKEW));
        Date until = Date.from(now.plus(life));
        return new JcaX509v3CertificateBuilder(issuer, serial, from, until, subject, subjectKeys.getPublic())
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

    public static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static final class OfThisJvm {
        static final CertificateAuthority AUTHORITY = ofDays(Set.of());
        static final Map<Set<String>, CertificateAuthority> OF_HOSTS = new ConcurrentHashMap<>();

        private OfThisJvm() {}
    }
}
