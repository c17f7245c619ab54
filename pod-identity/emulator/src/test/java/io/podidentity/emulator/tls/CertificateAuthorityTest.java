// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.time.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {

    /** So that what is made before and after half of the life is valid today. */
    private final ManualClock clock = new ManualClock(Instant.now().minus(CertificateAuthority.LIFE.dividedBy(2)));

    /** The server's certificate that a client sees who trusts that authority. */
    private static X509Certificate seen(SSLContext server, CertificateAuthority trusted) throws Exception {
        return chain(server, trusted).get(0);
    }

    private static X509Certificate seenIssuer(SSLContext server, CertificateAuthority trusted) throws Exception {
        return chain(server, trusted).get(1);
    }

    private static List<X509Certificate> chain(SSLContext server, CertificateAuthority trusted) throws Exception {
        var loopback = InetAddress.getLoopbackAddress();
        try (var listening = (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            var served = CompletableFuture.runAsync(() -> {
                try (var accepted = (SSLSocket) listening.accept()) {
                    accepted.startHandshake();
                    accepted.getInputStream().read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (var client = (SSLSocket)
                    trusted.clientContext().getSocketFactory().createSocket(loopback, listening.getLocalPort())) {
                client.startHandshake();
                client.getOutputStream().write(1);
                served.join();
                return List.of(client.getSession().getPeerCertificates()).stream()
                        .map(X509Certificate.class::cast)
                        .toList();
            }
        }
    }

    @Test
    void serverContext_whenHalfOfTheCertificatesLifeIsOver_hasANewOne() throws Exception {
        CertificateAuthority authority = CertificateAuthority.kept(Instant.now(), Set.of("azure.svc"));
        SSLContext server = authority.serverContext(Set.of("azure.svc"), clock);
        X509Certificate first = seen(server, authority);

        clock.advance(CertificateAuthority.LIFE.dividedBy(2).minusSeconds(1));
        assertThat(seen(server, authority)).isEqualTo(first);
        clock.advance(Duration.ofSeconds(2));

        X509Certificate next = seen(server, authority);
        assertThat(next.getNotAfter()).isAfter(first.getNotAfter());
        assertThat(next.getSubjectAlternativeNames()).containsExactlyElementsOf(first.getSubjectAlternativeNames());
    }

    @Test
    void read_whatWasKept_signsWhatClientsOfTheFirstTrust() throws Exception {
        CertificateAuthority first = CertificateAuthority.kept(Instant.now(), Set.of());

        CertificateAuthority again = CertificateAuthority.read(first.pem(), first.issuerPem(), first.keyPem());

        assertThat(again.certificates()).isEqualTo(first.certificates());
        assertThat(seenIssuer(again.serverContext(), first).getIssuerX500Principal())
                .isEqualTo(first.certificates().get(0).getSubjectX500Principal());
    }

    /** The authority ends in twenty days, so that all that is made around its end is valid today. */
    @Test
    void renewed_whenItIsAboutToEnd_keepsWhatRunsAndTrustsANewSuccessor() throws Exception {
        Instant today = Instant.now();
        Instant made = today.plus(Duration.ofDays(20)).minus(CertificateAuthority.PERIOD);
        var inDays = new ManualClock(today.minus(Duration.ofDays(20)));
        CertificateAuthority first = CertificateAuthority.kept(made, Set.of("azure.svc"));
        List<X509Certificate> trusted = first.certificates();
        SSLContext server = first.serverContext(Set.of(), inDays);
        seenIssuer(server, first).verify(trusted.get(0).getPublicKey());
        assertThat(first.renewed(inDays.instant())).isSameAs(first);

        inDays.advance(Duration.ofDays(16));

        seenIssuer(server, first).verify(trusted.get(1).getPublicKey());
        CertificateAuthority renewed = CertificateAuthority.read(first.pem(), first.issuerPem(), first.keyPem())
                .renewed(inDays.instant());
        assertThat(renewed.certificates()).hasSize(2).first().isEqualTo(trusted.get(1));
        assertThat(renewed.certificates().get(1).getNotAfter())
                .isAfter(trusted.get(1).getNotAfter());
        X509Certificate after = seenIssuer(renewed.serverContext(Set.of("azure.svc"), inDays), first);
        after.verify(trusted.get(1).getPublicKey());
        assertThat(seenIssuer(renewed.serverContext(Set.of(), inDays), renewed).getIssuerX500Principal())
                .isEqualTo(after.getIssuerX500Principal());
        assertThat(renewed.renewed(inDays.instant())).isSameAs(renewed);
    }

    @Test
    void serverContext_forAHostThatTheAuthorityDoesNotPermit_saysWhich() {
        CertificateAuthority authority = CertificateAuthority.kept(Instant.now(), Set.of("azure.svc"));

        assertThat(authority.permits(Set.of("azure.svc", "blobs.azure.svc", "a.localhost", "127.0.0.1", "[::1]")))
                .isTrue();
        assertThatThrownBy(() -> authority.serverContext(Set.of("example.com")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example.com");
        assertThat(authority.permits(Set.of("127.0.0.2"))).isFalse();
        assertThat(authority.permits(Set.of("notazure.svc"))).isFalse();
    }

    @Test
    void ofThisJvm_forLoopbackAlone_isTheSharedOne() {
        CertificateAuthority shared = CertificateAuthority.ofThisJvm();

        assertThat(CertificateAuthority.ofThisJvm(Set.of("orders.localhost"))).isSameAs(shared);
        CertificateAuthority exposed = CertificateAuthority.ofThisJvm(Set.of("build-7"));
        assertThat(exposed.permits(Set.of("build-7"))).isTrue();
        assertThat(CertificateAuthority.ofThisJvm(Set.of("build-7"))).isSameAs(exposed);
        assertThat(shared.permits(Set.of("build-7"))).isFalse();
    }

    @Test
    void read_somethingElse_saysSo() {
        assertThatThrownBy(() -> CertificateAuthority.read("", "", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no certificate authority");
    }
}
