// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate that Entra ID publishes with a key. Nobody trusts it: clients take the key out of it. It is the same
 * each time for the same key. Immutable.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record KeyCertificate(byte[] encoded, Base64URL thumbprint) {

    private static final X500Name NAME = new X500Name("CN=podid emulator signing key");
    private static final Date FROM = Date.from(Instant.parse("2020-01-01T00:00:00Z"));
    private static final Date UNTIL = Date.from(Instant.parse("2120-01-01T00:00:00Z"));

    static KeyCertificate of(KeyPair keys) {
        try {
            X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                            NAME, BigInteger.ONE, FROM, UNTIL, NAME, keys.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate()));
            byte[] encoded = certificate.getEncoded();
            // The name of a certificate, by which nothing is trusted; the field's standard has no other one.
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(encoded);
            return new KeyCertificate(encoded, Base64URL.encode(digest));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("This JDK cannot certify an RSA key", e);
        }
    }
}
