// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody can sign who has stolen the key that a cluster keeps, as three clients see it over a socket. */
class ForgedCertificateIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static CertificateAuthority authority;

    @TempDir
    private Path folder;

    @BeforeAll
    static void createAuthority() {
        authority =
                CertificateAuthority.kept(Instant.now(), Set.of("login.microsoftonline.com", "azure.svc", "[fd00::7]"));
    }

    enum Client {
        JDK,
        OPENSSL,
        PYTHON
    }

    @ParameterizedTest
    @EnumSource
    void client_takesTheHostsOfTheEmulator(Client client) throws Exception {
        for (String host :
                List.of("login.microsoftonline.com", "blobs.azure.svc", "localhost", "127.0.0.1", "fd00::7")) {
            assertThat(accepts(client, host, "CN=localhost")).as(host).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void client_refusesEveryOtherHost(Client client) throws Exception {
        for (String host : List.of("example.com", "notazure.svc", "microsoftonline.com", "10.0.0.1", "fd00::8")) {
            assertThat(accepts(client, host, "CN=localhost")).as(host).isFalse();
        }
    }

    /** Some clients read the host in the subject if there is no other name. */
    @ParameterizedTest
    @EnumSource
    void client_refusesAnotherHostInTheSubject(Client client) throws Exception {
        assertThat(accepts(client, "", "CN=example.com")).isFalse();
    }

    private boolean accepts(Client client, String host, String subject) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        SSLContext forged = forged(host, subject);
        try (var listening = (SSLServerSocket) forged.getServerSocketFactory().createServerSocket(0, 9, loopback)) {
            var server = new Thread(() -> serve(listening));
            server.setDaemon(true);
            server.start();
            String asked = host.isEmpty() ? "example.com" : host;
            return switch (client) {
                case JDK -> acceptsAsJdk(asked, listening.getLocalPort());
                case OPENSSL -> acceptsAsOpenssl(asked, listening.getLocalPort());
                case PYTHON -> acceptsAsPython(asked, listening.getLocalPort());
            };
        }
    }

    private static void serve(SSLServerSocket listening) {
        while (!listening.isClosed()) {
            try (var accepted = (SSLSocket) listening.accept()) {
                accepted.startHandshake();
                accepted.getOutputStream().write('x');
            } catch (IOException clientHasGone) {
                // The client says why.
            }
        }
    }

    private static boolean acceptsAsJdk(String host, int port) throws IOException {
        var plain = new Socket(InetAddress.getLoopbackAddress(), port);
        try (var socket =
                (SSLSocket) authority.clientContext().getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters checks = socket.getSSLParameters();
            checks.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(checks);
            socket.startHandshake();
            return socket.getInputStream().read() == 'x';
        } catch (SSLException refused) {
            return false;
        }
    }

    private boolean acceptsAsOpenssl(String host, int port) throws Exception {
        String check = host.matches("[0-9.]+|.*:.*") ? "-verify_ip" : "-verify_hostname";
        return succeeds(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-CAfile",
                trusted().toString(),
                "-verify_return_error",
                check,
                host);
    }

    private boolean acceptsAsPython(String host, int port) throws Exception {
        String program = """
                import socket, ssl, sys
                context = ssl.create_default_context(cafile=sys.argv[1])
                with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as plain:
                    with context.wrap_socket(plain, server_hostname=sys.argv[3]) as secure:
                        sys.exit(0 if secure.recv(1) == b"x" else 3)
                """;
        return succeeds("python3", "-c", program, trusted().toString(), String.valueOf(port), host);
    }

    private Path trusted() throws IOException {
        return Files.writeString(folder.resolve("ca.pem"), authority.pem());
    }

    private boolean succeeds(String... command) throws Exception {
        Path output = folder.resolve("output");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException notInstalled) {
            assumeTrue(false, command[0] + " is not on this machine");
            throw notInstalled;
        }
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        if (process.exitValue() != 0) {
            // It has failed at the certificate, and not before.
            assertThat(output).content().containsIgnoringCase("certificate verif");
        }
        return process.exitValue() == 0;
    }

    /** The server side with a certificate that the stolen key has signed. */
    private static SSLContext forged(String host, String subject) throws Exception {
        List<X509Certificate> issuers = certificates(authority.issuerPem());
        String key = authority.keyPem().split("-----[A-Z ]+-----", -1)[1];
        PrivateKey stolen = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key)));
        KeyPair server = CertificateAuthority.newKeys();
        Instant now = Instant.now();
        var certificate = new JcaX509v3CertificateBuilder(
                        X500Name.getInstance(
                                issuers.get(0).getSubjectX500Principal().getEncoded()),
                        BigInteger.TEN,
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plusSeconds(600)),
                        new X500Name(subject),
                        server.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        if (!host.isEmpty()) {
            int kind = host.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName;
            certificate.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(kind, host)));
        }
        var chain = new ArrayList<X509Certificate>();
        chain.add(new JcaX509CertificateConverter()
                .getCertificate(certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(stolen))));
        chain.add(issuers.get(0));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", server.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static List<X509Certificate> certificates(String pem) throws Exception {
        var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
        return CertificateFactory.getInstance("X.509").generateCertificates(bytes).stream()
                .map(X509Certificate.class::cast)
                .toList();
    }
}
