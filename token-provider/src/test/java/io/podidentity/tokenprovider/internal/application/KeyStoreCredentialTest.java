// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.certificate.CertificateStore;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStoreCredentialTest {
    private static final ClientCertificate ONE = Certificates.rsa("O=Contoso, CN=one");
    private static final ClientCertificate PAST =
            Certificates.rsa("CN=past", Instant.parse("2020-01-01T00:00:00Z"), Instant.parse("2021-01-01T00:00:00Z"));

    @TempDir
    private Path folder;

    private CertificateStore store;

    @BeforeEach
    void write() throws Exception {
        Path file = folder.resolve("store.p12");
        try (OutputStream out = new FileOutputStream(file.toFile())) {
            Certificates.store("changeit", ONE, PAST, Certificates.ec("CN=ec"), Certificates.otherRsa("CN=other"))
                    .store(out, "changeit".toCharArray());
        }
        store = new CertificateStore("PKCS12", file.toString(), new Secret("changeit"));
    }

    @Test
    void acquire_byThumbprint_takesItAsWindowsShowsIt() throws Exception {
        String thumbprint = ONE.thumbprint();

        assertThat(presented(KeyStoreCredential.byThumbprint(store, thumbprint)))
                .isEqualTo(thumbprint);
        assertThat(presented(KeyStoreCredential.byThumbprint(
                        store, "\u200e" + thumbprint.toLowerCase(Locale.ROOT).replaceAll("(..)", "$1 "))))
                .isEqualTo(thumbprint);
    }

    @Test
    void acquire_bySubject_comparesItsParts() throws Exception {
        assertThat(presented(KeyStoreCredential.bySubject(store, "cn=ONE,o=contoso")))
                .isEqualTo(ONE.thumbprint());
    }

    @Test
    void acquire_ofNoneThatFits_saysWhy() {
        assertThat(problem(KeyStoreCredential.bySubject(store, "CN=one")))
                .isEqualTo("there is no certificate with subject CN=one and an RSA private key in " + store
                        + ". Import it with its private key.");
        assertThat(problem(KeyStoreCredential.bySubject(store, "CN=ec")))
                .isEqualTo("there is no certificate with subject CN=ec and an RSA private key in " + store
                        + ". Import it with its private key.");
        assertThat(problem(KeyStoreCredential.bySubject(store, "CN=past")))
                .isEqualTo("the certificate with subject CN=past is valid from 2020-01-01T00:00:00Z until"
                        + " 2021-01-01T00:00:00Z. Import the renewed certificate.");
        assertThat(problem(KeyStoreCredential.byThumbprint(store, "AB")))
                .isEqualTo("there is no certificate with thumbprint AB and an RSA private key in " + store
                        + ". Import it with its private key.");
    }

    @Test
    void acquire_whenTheStoreDoesNotOpen_saysSo() {
        CertificateStore locked = new CertificateStore("PKCS12", store.file(), new Secret("hunter2"));

        assertThat(problem(KeyStoreCredential.bySubject(locked, "CN=one")))
                .isEqualTo("the key store " + store.file() + " cannot be opened."
                        + " Set -Djavax.net.ssl.keyStore=FILE and -Djavax.net.ssl.keyStorePassword.");
        assertThat(problem(KeyStoreCredential.bySubject(new CertificateStore("PKCS12", "", new Secret("")), "CN=one")))
                .isEqualTo("there is no key store: javax.net.ssl.keyStore is not set."
                        + " Set -Djavax.net.ssl.keyStore=FILE and -Djavax.net.ssl.keyStorePassword.");
    }

    @Test
    void store_onWindows_isThatOfTheUserOrTheMachine() {
        Environment windows = new Environment(Map.of(), false, true, "");

        assertThat(CertificateStore.of(windows, false)).isEqualTo(new CertificateStore("Windows-MY", null, null));
        assertThat(CertificateStore.of(windows, true))
                .isEqualTo(new CertificateStore("Windows-MY-LOCALMACHINE", null, null));
    }

    private static String presented(EntraCredential credential) throws InterruptedException {
        TokenSource.Acquired acquired = (TokenSource.Acquired) acquire(credential);
        return acquired.token()
                .principal()
                .flatMap(Principal::certificateThumbprint)
                .orElse(null);
    }

    private static String problem(EntraCredential credential) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> acquire(credential))
                .getMessage();
    }

    private static TokenSource.Outcome acquire(EntraCredential credential) throws InterruptedException {
        FakeTransport http = new FakeTransport().answers(200, "{\"access_token\":\"opaque\",\"expires_in\":3599}");
        EntraClient client = new EntraClient(EntraAuthority.of(null, "none"), null, http, new FakeTime());
        return new EntraTokenSource("Client certificate", client, EntraTenants.allowAny("t"), "c", credential)
                .acquire(TokenRequest.forResource("R").withDeadline(Duration.ofSeconds(30)));
    }
}
