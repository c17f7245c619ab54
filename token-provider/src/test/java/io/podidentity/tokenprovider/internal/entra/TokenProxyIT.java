// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identity bindings: a token proxy with a certificate authority of its own, under a name that no DNS knows. */
class TokenProxyIT {
    private static final String SNI_NAME = "proxy.cluster.example";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com").withDeadline(Duration.ofSeconds(20));

    @TempDir
    private Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpsServer server;
    private Path authorities;

    @BeforeEach
    void start() throws Exception {
        ClientCertificate certificate = Certificates.rsa("CN=proxy");
        authorities = Files.writeString(folder.resolve("ca.pem"), Certificates.pem(certificate.leaf()));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(Certificates.store("changeit", certificate), "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.getRequestBody().readAllBytes();
            byte[] body = "{\"access_token\":\"opaque\",\"expires_in\":3599}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void acquire_whereTheVariablesNameAProxy_asksItUnderItsName() throws Exception {
        Environment environment = environment()
                .with("AZURE_KUBERNETES_CA_FILE", authorities.toString())
                .with("AZURE_KUBERNETES_SNI_NAME", SNI_NAME);

        assertThat(source(environment).acquire(REQUEST)).isInstanceOf(TokenSource.Acquired.class);
        assertThat(asked).containsExactly("POST /base/t/oauth2/v2.0/token");
    }

    @Test
    void acquire_withTheAuthoritiesAsText_trustsThem() throws Exception {
        Environment environment = environment()
                .with("AZURE_KUBERNETES_CA_DATA", Files.readString(authorities))
                .with("AZURE_KUBERNETES_SNI_NAME", SNI_NAME);

        assertThat(source(environment).acquire(REQUEST)).isInstanceOf(TokenSource.Acquired.class);
    }

    @Test
    void acquire_whenTheCertificateIsForAnotherName_sendsNothing() {
        String reason = "the certificate of " + proxy() + " is for another host name";

        assertDistrust(environment().with("AZURE_KUBERNETES_CA_FILE", authorities.toString()), reason);
        assertDistrust(
                environment()
                        .with("AZURE_KUBERNETES_CA_FILE", authorities.toString())
                        .with("AZURE_KUBERNETES_SNI_NAME", "another.cluster.example"),
                reason);
    }

    @Test
    void acquire_whenTheAuthorityIsUnknown_sendsNothing() throws Exception {
        Path others = Files.writeString(
                folder.resolve("others.pem"),
                Certificates.pem(Certificates.otherRsa("CN=other").leaf()));

        String reason = "the certificate of " + proxy() + " is not trusted";

        assertDistrust(
                environment()
                        .with("AZURE_KUBERNETES_CA_FILE", others.toString())
                        .with("AZURE_KUBERNETES_SNI_NAME", SNI_NAME),
                reason);
        assertDistrust(environment().with("AZURE_KUBERNETES_SNI_NAME", SNI_NAME), reason);
    }

    private void assertDistrust(Environment environment, String reason) {
        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> source(environment).acquire(REQUEST));

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(asked).isEmpty();
    }

    private static TokenSource source(Environment environment) {
        return new WorkloadIdentityTokenSource(
                Contexts.of(environment, new HttpTransport(Time.SYSTEM), Time.SYSTEM), true);
    }

    private Environment environment() {
        try {
            return Environment.of(Map.of(
                    "AZURE_TENANT_ID",
                    "t",
                    "AZURE_CLIENT_ID",
                    "c",
                    "AZURE_FEDERATED_TOKEN_FILE",
                    Files.writeString(folder.resolve("token"), "assertion").toString(),
                    "AZURE_KUBERNETES_TOKEN_PROXY",
                    proxy() + "/"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String proxy() {
        return "https://127.0.0.1:" + server.getAddress().getPort() + "/base";
    }
}
