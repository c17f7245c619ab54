// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.server.LoopbackServer;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a Java program comes to trust the emulator: a trust store by the discovery port, and a line to copy. */
class TrustOfJavaTest {

    private PodIdentityEmulator azure;
    private DiscoveryServer discovery;
    private Served served;

    @BeforeEach
    void serve() {
        azure = PodIdentityEmulator.start();
        discovery = DiscoveryServer.open(Places.onLoopback(), LoopbackServer.loopback(), 0, false);
        served = new Served(azure, Path.of("none"), discovery.page(), azure.pods(), Shell.sh);
        discovery.show(served);
    }

    @AfterEach
    void close() {
        discovery.close();
        azure.close();
    }

    @Test
    void trustStore_ofTheDiscoveryPort_trustsEntraId() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(discovery.page() + "trust.p12"))
                .build();
        HttpResponse<byte[]> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        var store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(answer.body()), "changeit".toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);

        URI discoveryOfEntra =
                URI.create(azure.entra() + "/" + azure.tenantId() + "/v2.0/.well-known/openid-configuration");
        HttpClient trusting = HttpClient.newBuilder().sslContext(tls).build();

        assertThat(trusting.send(HttpRequest.newBuilder(discoveryOfEntra).build(), BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void introduction_hasALineForJava() {
        assertThat(served.introduction())
                .containsPattern("JAVA_TOOL_OPTIONS='-Djavax.net.ssl.trustStore=" + azure.trustStore()
                        + " -Djavax.net.ssl.trustStorePassword=changeit'");
    }
}
