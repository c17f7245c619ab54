// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.testsupport.Client;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryServerTest {

    private PodIdentityEmulator azure;
    private DiscoveryServer discovery;

    @BeforeEach
    void serve() {
        azure = PodIdentityEmulator.builder().manifests(pod("")).start();
        discovery = DiscoveryServer.open(Places.onLoopback(), LoopbackServer.loopback(), 0, false);
        discovery.show(new Served(azure, Path.of("none"), discovery.page(), azure.pods(), Shell.sh));
    }

    @AfterEach
    void close() {
        discovery.close();
        azure.close();
    }

    @Test
    void file_ofAPodsToken_isServed() throws Exception {
        assertThat(tokenFile().body()).startsWith("eyJ");
    }

    /** The manifest is changed by somebody who knows where the emulator's folder is. */
    @ParameterizedTest
    @ValueSource(strings = {"%s", "%2$s/tokens/../%3$s"})
    void file_ofTheSecretOfTheApplication_isNotServed(String path) throws Exception {
        Path folder = azure.certificateAuthority().getParent();
        Path secret = Files.createTempFile(folder, "application-", ".secret");
        Files.writeString(secret, "of-the-application");

        azure.apply(pod("AZURE_FEDERATED_TOKEN_FILE, value: " + path.formatted(secret, folder, secret.getFileName()))
                .cluster());

        assertThat(tokenFile().statusCode()).isEqualTo(404);
        assertThat(tokenFile().body()).doesNotContain("of-the-application");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "....",
                "1.2.3.4",
                "8.8.8.8:80",
                "127.0.0.256",
                "127.1",
                "0177.0.0.1",
                "2130706433",
                "[::2]",
                "[::",
                "[]",
                "[1]",
                "[2001:db8::1]:80",
                "",
                "localhost.",
                "localhost.evil.example",
                "127.0.0.1.evil.example"
            })
    void answer_toAHostThatIsNotThisMachine_isARefusal(String host) {
        assertThat(discovery.answer(asked(host)).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:10100",
                "127.0.0.1:10100",
                "127.8.9.10",
                "[::1]:10100",
                "host.docker.internal"
            })
    void answer_toAHostThatIsThisMachine_isGiven(String host) {
        assertThat(discovery.answer(asked(host)).status()).isEqualTo(200);
    }

    @Test
    void answer_toTheAddressesOfThisMachine_isGiven() throws Exception {
        for (InetAddress own : NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .toList()) {
            assertThat(discovery.answer(asked(own.getHostAddress() + ":10100")).status())
                    .isEqualTo(200);
        }
    }

    private static Request asked(String host) {
        return Request.withBody("GET", "/addresses", Map.of("Host", host), "");
    }

    private HttpResponse<String> tokenFile() throws Exception {
        return Client.of(azure.sslContext())
                .get(discovery.page() + "pods/shop/orders/files/AZURE_FEDERATED_TOKEN_FILE");
    }

    private static Manifests pod(String variable) {
        return new ManifestReader(Profile.WORKLOAD_IDENTITY)
                .readText("pods.yaml", """
                apiVersion: v1
                kind: ServiceAccount
                metadata:
                  name: orders
                  namespace: shop
                  annotations: {azure.workload.identity/client-id: 22222222-2222-4222-8222-222222222222}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: orders, namespace: shop, labels: {azure.workload.identity/use: "true"}}
                spec:
                  serviceAccountName: orders
                  containers: [{name: app, image: app, env: [%s]}]
                """.formatted(variable.isEmpty() ? "" : "{name: " + variable + "}"));
    }
}
