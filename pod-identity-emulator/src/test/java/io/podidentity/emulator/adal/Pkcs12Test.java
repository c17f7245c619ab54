package io.podidentity.emulator.adal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.adal.Pkcs12.UnreadableException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class Pkcs12Test {

    private static final String LEGACY = "keystore.pkcs12.legacy";
    private static final Instant NOW = Instant.parse("2020-01-25T09:55:08Z");

    private static X509Certificate certificate;
    private static byte[] old;
    private static byte[] modern;

    @BeforeAll
    static void make() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        var name = new X500Name("CN=app");
        var builder = new JcaX509v3CertificateBuilder(
                name, BigInteger.ONE, Date.from(NOW), Date.from(NOW.plus(Duration.ofDays(1))), name, keys.getPublic());
        var signer = new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate());
        certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        modern = file(keys);
        System.setProperty(LEGACY, "");
        try {
            old = file(keys);
        } finally {
            System.clearProperty(LEGACY);
        }
    }

    private static byte[] file(KeyPair keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] password = "p".toCharArray();
        store.setKeyEntry("app", keys.getPrivate(), password, new X509Certificate[] {certificate});
        var bytes = new ByteArrayOutputStream();
        store.store(bytes, password);
        return bytes.toByteArray();
    }

    @Test
    void assertion_ofAnOldFile_isSignedByItsKey() throws Exception {
        String assertion = Pkcs12.read(old, "p").assertion("c1", "https://entra/t0/oauth2/token", NOW);

        SignedJWT jwt = SignedJWT.parse(assertion);
        assertThat(jwt.verify(new RSASSAVerifier((RSAPublicKey) certificate.getPublicKey())))
                .isTrue();
        assertThat(jwt.getHeader().toJSONObject()).containsEntry("alg", "RS256").containsKey("x5t");
        assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo("c1");
        assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo("c1");
        assertThat(jwt.getJWTClaimsSet().getAudience()).containsExactly("https://entra/t0/oauth2/token");
        assertThat(jwt.getJWTClaimsSet().getExpirationTime()).isEqualTo(Date.from(NOW.plus(Duration.ofDays(1))));
    }

    @Test
    void read_ofAFileThatGoCannotRead_namesTheDigest() {
        assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(modern, "p"))
                .withMessage("pkcs12: unknown digest algorithm: 2.16.840.1.101.3.4.2.1");
    }

    @Test
    void read_withAnotherPassword_saysSo() {
        assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(old, "q"))
                .withMessage("pkcs12: decryption password incorrect");
    }

    @Test
    void read_ofSomethingElse_saysSo() {
        assertThatExceptionOfType(UnreadableException.class)
                .isThrownBy(() -> Pkcs12.read(new byte[] {1, 2, 3}, "p"))
                .withMessage("pkcs12: error reading P12 data: asn1: structure error");
    }
}
