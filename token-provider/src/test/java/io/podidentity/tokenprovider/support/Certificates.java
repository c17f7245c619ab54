// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates that are worth nothing; keys are made once, since that is slow. */
public final class Certificates {
    public static final Instant FROM = Instant.parse("2025-01-01T00:00:00Z");
    public static final Instant UNTIL = Instant.parse("2035-01-01T00:00:00Z");

    private static final Map<String, KeyPair> KEYS = new HashMap<>();
    private static final Map<List<Instant>, ClientCertificate> SERVERS = new HashMap<>();

    private Certificates() {}

    /** A self-signed certificate with an RSA key, valid for years. */
    public static ClientCertificate rsa(String subject) {
        return rsa(subject, FROM, UNTIL);
    }

    public static ClientCertificate rsa(String subject, Instant from, Instant until) {
        return selfSigned(key("RSA", "one"), "SHA256withRSA", subject, from, until);
    }

    /** A self-signed certificate with another RSA key. */
    public static ClientCertificate otherRsa(String subject) {
        return selfSigned(key("RSA", "other"), "SHA256withRSA", subject, FROM, UNTIL);
    }

    /** A self-signed certificate with a key that Entra ID does not take. */
    public static ClientCertificate ec(String subject) {
        return selfSigned(key("EC", "one"), "SHA256withECDSA", subject, FROM, UNTIL);
    }

    public static synchronized KeyPair key(String algorithm, String name) {
        return KEYS.computeIfAbsent(algorithm + name, unused -> {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
                generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** The certificate of a server at 127.0.0.1 and of any key vault: the same for the server and for who trusts it. */
    public static synchronized ClientCertificate server(Instant from, Instant until) {
        return SERVERS.computeIfAbsent(List.of(from, until), unused -> {
            GeneralName here = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
            GeneralName vault = new GeneralName(GeneralName.dNSName, "*.vault.azure.net");
            return selfSigned(key("EC", "server"), "SHA256withECDSA", "CN=server", from, until, here, vault);
        });
    }

    /** A server's certificate, signed by an authority of its own: the last in the chain. */
    public static ClientCertificate signedServer(String host, Instant from, Instant until) {
        KeyPair authority = key("EC", "authority");
        X500Name name = new X500Name("CN=authority");
        try {
            X509v3CertificateBuilder root = new JcaX509v3CertificateBuilder(
                    name, BigInteger.ONE, Date.from(FROM), Date.from(UNTIL), name, authority.getPublic());
            root.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.TWO,
                    Date.from(from),
                    Date.from(until),
                    new X500Name("CN=server"),
                    key("EC", "server").getPublic());
            GeneralName here = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                here, new GeneralName(GeneralName.dNSName, host)
            }));
            ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate());
            JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
            return new ClientCertificate(
                    key("EC", "server").getPrivate(),
                    List.of(
                            converter.getCertificate(builder.build(signer)),
                            converter.getCertificate(root.build(signer))));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ClientCertificate selfSigned(
            KeyPair pair, String algorithm, String subject, Instant from, Instant until) {
        GeneralName proxy = new GeneralName(GeneralName.dNSName, "proxy.cluster.example");
        return selfSigned(pair, algorithm, subject, from, until, proxy);
    }

    private static ClientCertificate selfSigned(
            KeyPair pair, String algorithm, String subject, Instant from, Instant until, GeneralName... names) {
        X500Name name = new X500Name(subject);
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(from.getEpochSecond()),
                Date.from(from),
                Date.from(until),
                name,
                pair.getPublic());
        try {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate())));
            return new ClientCertificate(pair.getPrivate(), List.of(certificate));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    public static String pem(X509Certificate certificate) throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    /** The key as PKCS#8. */
    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** An RSA key as PKCS#1. */
    public static String pkcs1(PrivateKey key) throws IOException {
        return pem(
                "RSA PRIVATE KEY",
                PrivateKeyInfo.getInstance(key.getEncoded())
                        .parsePrivateKey()
                        .toASN1Primitive()
                        .getEncoded());
    }

    public static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** A PKCS#12 file with these. */
    public static byte[] pkcs12(String password, ClientCertificate... certificates)
            throws GeneralSecurityException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store(password, certificates).store(out, password.toCharArray());
        return out.toByteArray();
    }

    public static KeyStore store(String password, ClientCertificate... certificates)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (ClientCertificate certificate : certificates) {
            store.setKeyEntry(
                    "entry" + store.size(),
                    certificate.key(),
                    password.toCharArray(),
                    certificate.chain().toArray(new Certificate[0]));
        }
        return store;
    }
}
