// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes PKCS#12 files with an RSA key and its certificate. */
public final class Pkcs12File {

    private static final String LEGACY = "keystore.pkcs12.legacy";

    private Pkcs12File() {}

    /** As JDK 17 and OpenSSL 3 write them by default. */
    public static byte[] modern(String password) {
        try {
            KeyPair keys = TestKeys.rsa("application").toKeyPair();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            X509Certificate[] chain = {certificate(keys)};
            store.setKeyEntry("app", keys.getPrivate(), password.toCharArray(), chain);
            var bytes = new ByteArrayOutputStream();
            store.store(bytes, password.toCharArray());
            return bytes.toByteArray();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** As {@code openssl pkcs12 -legacy} writes them. */
    public static byte[] legacy(String password) {
        System.setProperty(LEGACY, "");
        try {
            return modern(password);
        } finally {
            System.clearProperty(LEGACY);
        }
    }

    private static X509Certificate certificate(KeyPair keys) throws Exception {
        var name = new X500Name("CN=app");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name, BigInteger.ONE, Date.from(now), Date.from(now.plus(Duration.ofDays(1))), name, keys.getPublic());
        var signer = new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }
}
