// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.EnvironmentTokenSource;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates in files, and signatures made with them. */
class CertificateReaderTest {
    private static final String RSA_REMEDY =
            "Entra ID accepts RSA keys only. Create one with 'openssl req -x509 -newkey rsa:2048'.";
    private static final ClientCertificate ONE = Certificates.rsa("CN=one");
    private static final ClientCertificate OTHER = Certificates.otherRsa("CN=other");

    @TempDir
    private Path folder;

    @Test
    void read_ofEveryForm_isTheSameCertificate() throws Exception {
        String certificate = Certificates.pem(ONE.leaf());
        String key = Certificates.pem(ONE.key());

        assertThat(read(key + certificate).leaf()).isEqualTo(ONE.leaf());
        assertThat(read("Bag Attributes\n" + certificate + key).key()).isEqualTo(ONE.key());
        assertThat(read((Certificates.pkcs1(ONE.key()) + certificate).replace("\n", "\r\n"))
                        .key())
                .isEqualTo(ONE.key());
        assertThat(CertificateReader.read(Certificates.pkcs12("pass", ONE), new Secret("pass"), "it")
                        .leaf())
                .isEqualTo(ONE.leaf());
        assertThat(CertificateReader.read(Certificates.pkcs12("", ONE), null, "it")
                        .key())
                .isEqualTo(ONE.key());
    }

    @Test
    void read_ofAChain_putsTheKeysOwnCertificateFirst() throws Exception {
        ClientCertificate read =
                read(Certificates.pem(OTHER.leaf()) + Certificates.pem(ONE.leaf()) + Certificates.pem(ONE.key()));

        assertThat(read.chain()).containsExactly(ONE.leaf(), OTHER.leaf());
    }

    @Test
    void read_ofWhatEntraDoesNotTake_saysWhy() throws Exception {
        ClientCertificate ec = Certificates.ec("CN=ec");
        String certificate = Certificates.pem(ONE.leaf());
        String base64 = Base64.getEncoder().encodeToString(new byte[] {1, 2, 3});

        assertThat(problem(Certificates.pem(ec.key()) + certificate))
                .isEqualTo("it has a private key that is not an RSA key. " + RSA_REMEDY);
        assertThat(problem("-----BEGIN EC PRIVATE KEY-----\n" + base64 + "\n-----END EC PRIVATE KEY-----"))
                .isEqualTo("it has a private key that is not an RSA key. " + RSA_REMEDY);
        assertThat(problem(Certificates.pkcs12("p", ec), "p"))
                .isEqualTo("it holds no certificate with an RSA key. " + RSA_REMEDY);
        assertThat(problem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"))
                .isEqualTo(
                        "it has an encrypted private key. Decrypt it with 'openssl pkcs8 -in FILE -out FILE' or convert"
                                + " it to PKCS#12.");
        assertThat(problem(certificate)).isEqualTo("it holds no private key. It must contain both, as PEM or PKCS#12.");
        assertThat(problem(Certificates.pem(ONE.key())))
                .isEqualTo("it holds no certificate. It must contain both, as PEM or PKCS#12.");
        assertThat(problem(Certificates.pem(OTHER.key()) + certificate))
                .isEqualTo("it contains no certificate that matches its private key. Add the certificate of that key.");
        assertThat(problem("-----BEGIN P-----END P-----")).isEqualTo("it is incomplete. Create it again.");
        assertThat(problem("-----BEGIN CERTIFICATE-----\nAAAA")).isEqualTo("it is incomplete. Create it again.");
        assertThat(problem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"))
                .isEqualTo("it cannot be read (CertificateException). Check its contents.");
        assertThat(problem(Certificates.pkcs12("right", ONE), "wrong"))
                .isEqualTo("it cannot be opened with this password. Correct the password.");
        assertThat(problem(new byte[] {0x30, 1, 2, 3}, "p"))
                .isEqualTo("it is neither PEM nor PKCS#12. Check its contents.");
    }

    @ParameterizedTest
    @CsvSource({"true, true", "1, true", "false, false", ", false"})
    void acquire_withACertificate_signsThisAssertion(String setting, boolean withChain) throws Exception {
        FakeTransport http = new FakeTransport().answers(200, "{\"access_token\":\"opaque\",\"expires_in\":3599}");
        Environment environment = environment().with("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", setting);

        AccessToken token = acquire(environment, http);

        assertThat(token.principal())
                .hasValue(Principal.app("c").withTenantId("t").withCertificateThumbprint(ONE.thumbprint()));
        SignedJWT jwt = SignedJWT.parse(Forms.field(http.requests().get(0), "client_assertion"));
        assertThat(jwt.getHeader().toJSONObject())
                .containsEntry("alg", "PS256")
                .containsEntry("typ", "JWT")
                .containsEntry(
                        "x5t#S256", Base64.getUrlEncoder().withoutPadding().encodeToString(ONE.digest("SHA-256")))
                .doesNotContainKey("x5t");
        assertThat(jwt.getHeader().getX509CertChain() != null).isEqualTo(withChain);
        assertThat(jwt.verify(new RSASSAVerifier((RSAPublicKey) ONE.leaf().getPublicKey())))
                .isTrue();
        Map<String, Object> claims = jwt.getJWTClaimsSet().getClaims();
        assertThat(claims).containsOnlyKeys("aud", "iss", "sub", "jti", "nbf", "exp");
        assertThat(jwt.getJWTClaimsSet().getAudience())
                .containsExactly("https://login.microsoftonline.com/t/oauth2/v2.0/token");
        assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo("c");
        assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo("c");
        assertThat(jwt.getJWTClaimsSet().getNotBeforeTime().toInstant()).isEqualTo(FakeTime.START);
        assertThat(jwt.getJWTClaimsSet().getExpirationTime().toInstant())
                .isEqualTo(FakeTime.START.plus(Duration.ofMinutes(10)));
    }

    @ParameterizedTest
    @CsvSource({
        "https://adfs.contoso.com, adfs, https://adfs.contoso.com/adfs/oauth2/token",
        "https://dsts.contoso.com/dstsv2/, t, https://dsts.contoso.com/dstsv2/t/oauth2/v2.0/token",
    })
    void acquire_fromAnOlderService_signsTheOlderWay(String host, String tenant, String url) throws Exception {
        FakeTransport http = new FakeTransport().answers(200, "{\"access_token\":\"opaque\",\"expires_in\":3599}");

        acquire(environment().with("AZURE_AUTHORITY_HOST", host).with("AZURE_TENANT_ID", tenant), http);

        assertThat(http.requests().get(0).url()).isEqualTo(url);
        SignedJWT jwt = SignedJWT.parse(Forms.field(http.requests().get(0), "client_assertion"));
        assertThat(jwt.getHeader().toJSONObject())
                .containsEntry("alg", "RS256")
                .containsEntry("x5t", Base64.getUrlEncoder().withoutPadding().encodeToString(ONE.digest("SHA-1")))
                .doesNotContainKey("x5t#S256");
        assertThat(jwt.verify(new RSASSAVerifier((RSAPublicKey) ONE.leaf().getPublicKey())))
                .isTrue();
    }

    @Test
    void acquire_withoutTheFile_says() throws Exception {
        Environment environment = environment();
        String path = environment.get("AZURE_CLIENT_CERTIFICATE_PATH");
        Files.delete(Path.of(path));

        assertThat(catchThrowableOfType(
                        TokenAcquisitionException.class, () -> acquire(environment, new FakeTransport())))
                .hasMessage("the file of AZURE_CLIENT_CERTIFICATE_PATH, " + path + ", is not there."
                        + " Correct AZURE_CLIENT_CERTIFICATE_PATH.");
    }

    private Environment environment() throws Exception {
        Path file = folder.resolve("c.pem");
        Files.writeString(file, Certificates.pem(ONE.key()) + Certificates.pem(ONE.leaf()));
        return Environment.of(Map.of(
                "AZURE_TENANT_ID", "t",
                "AZURE_CLIENT_ID", "c",
                "AZURE_CLIENT_CERTIFICATE_PATH", file.toString()));
    }

    private static AccessToken acquire(Environment environment, FakeTransport http) throws InterruptedException {
        TokenRequest request = TokenRequest.forResource("R").withDeadline(Duration.ofSeconds(30));
        return ((TokenSource.Acquired)
                        new EnvironmentTokenSource(Contexts.of(environment, http, new FakeTime())).acquire(request))
                .token();
    }

    private static ClientCertificate read(String pem) {
        return CertificateReader.read(pem.getBytes(StandardCharsets.UTF_8), null, "it");
    }

    private static String problem(String pem) {
        return problem(pem.getBytes(StandardCharsets.UTF_8), "");
    }

    private static String problem(byte[] contents, String password) {
        return catchThrowableOfType(
                        TokenAcquisitionException.class,
                        () -> CertificateReader.read(contents, new Secret(password), "it"))
                .getMessage();
    }
}
