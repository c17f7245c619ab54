// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.plan.Places;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An emulator whose clients come by another host and other ports. */
class PlacesIT {

    private static final int SHIFT = 1000;
    private static final int SERVERS = 7;
    private static final String MANIFESTS = """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: orders}
            spec:
              type: 0
              resourceID: /subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders
              clientID: 11111111-1111-1111-1111-111111111111
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: orders}
            spec: {azureIdentity: orders, selector: orders}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: orders, labels: {aadpodidbinding: orders}}
            spec: {containers: [{name: app, image: app}]}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: invoices, annotations: {azure.workload.identity/client-id: 22222222-2222-2222-2222-222222222222}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: invoices, labels: {azure.workload.identity/use: "true"}}
            spec: {serviceAccountName: invoices, containers: [{name: app, image: app}]}
            """;

    @TempDir
    private Path folder;

    @Test
    void addresses_always_areThoseByWhichClientsCome() throws Exception {
        int first = firstOfFreePorts();
        try (PodIdentityEmulator azure =
                start(Places.onLoopback().withPortsFrom(first).exposedAs("podid.example", port -> port + SHIFT))) {
            int outside = first + SHIFT;
            assertThat(azure.imds()).hasToString("http://podid.example:" + outside);
            assertThat(azure.entra()).hasToString("https://podid.example:" + (outside + 1));
            assertThat(azure.storage()).hasToString("https://podid.example:" + (outside + 2) + "/devstoreaccount1");
            assertThat(azure.clusterIssuer().orElseThrow()).startsWith("https://podid.example:" + (outside + 3) + "/");
            Map<String, String> invoices = azure.pod("invoices").environment();
            assertThat(invoices).containsEntry("AZURE_AUTHORITY_HOST", azure.entra() + "/");
            assertThat(azure.pod("invoices").imds()).hasToString("http://podid.example:" + (outside + SERVERS));
            assertThat(azure.pod("orders").imds()).hasToString("http://podid.example:" + (outside + SERVERS + 1));
            assertThat(handshake(azure, first + 1, "podid.example")).contains("200");
            assertThatThrownBy(() -> handshake(azure, first + 1, "evil.example"))
                    .hasMessageContaining("evil.example");
        }
    }

    @Test
    void entra_underANameOfItsOwn_isThatInAllThatItSays() throws Exception {
        int first = firstOfFreePorts();
        try (PodIdentityEmulator azure = start(Places.onLoopback()
                .withPortsFrom(first)
                .exposedAs("podid.example", port -> port)
                .withEntraAs(List.of("login.example")))) {
            assertThat(azure.entra()).hasToString("https://login.example");
            assertThat(azure.storage()).hasToString("https://podid.example:" + (first + 2) + "/devstoreaccount1");
            assertThat(azure.pod("invoices").environment())
                    .containsEntry("AZURE_AUTHORITY_HOST", "https://login.example/");
            assertThat(handshake(azure, first + 1, "login.example")).contains("200");
        }
    }

    @Test
    void hidden_whereverTheOthersListen_isOnLoopbackAlone() throws Exception {
        int first = firstOfFreePorts();
        var address = InetAddress.getByName("127.0.0.2");
        try (PodIdentityEmulator azure = start(Places.onLoopback()
                .on(address)
                .withPortsFrom(first)
                .exposedAs("podid.example", port -> port)
                .hiding(Set.of(Places.PortName.IMDS)))) {
            assertThat(azure.imds()).hasToString("http://127.0.0.1:" + first);
            assertThatThrownBy(() -> new Socket(address, first).close()).isInstanceOf(ConnectException.class);
            new Socket(InetAddress.getLoopbackAddress(), first).close();
            new Socket(address, first + 1).close();
        }
    }

    /** The address that NMI tells others leads nowhere from here, and it needs the metadata service itself. */
    @Test
    void nmi_whereItsOwnAddressesLeadNowhere_stillGetsTokens() throws Exception {
        int first = firstOfFreePorts();
        try (PodIdentityEmulator azure =
                start(Places.onLoopback().withPortsFrom(first).exposedAs("podid.example", port -> port + SHIFT))) {
            var connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + (first + SERVERS + 1)
                            + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net")
                    .toURL()
                    .openConnection();
            connection.setRequestProperty("Metadata", "true");
            assertThat(connection.getResponseCode()).isEqualTo(200);
            assertThat(azure.pods()).hasSize(2);
        }
    }

    @Test
    void wholeUrl_ofTheExposedHost_isAnsweredAndOfAnyOtherIsNot() throws Exception {
        int first = firstOfFreePorts();
        try (PodIdentityEmulator azure =
                start(Places.onLoopback().withPortsFrom(first).exposedAs("podid.example", port -> port))) {
            assertThat(statusLine(first, "http://podid.example/metadata/instance"))
                    .isNotEmpty()
                    .doesNotContain("421");
            assertThat(statusLine(first, "http://evil.example/metadata/instance"))
                    .contains("421");
            assertThat(azure.imds().getPort()).isEqualTo(first);
        }
    }

    /** Often: the port is free only when the thread that listened has noticed. */
    @RepeatedTest(10)
    void ports_ofPodsThatAreGone_areForNewOnes() throws Exception {
        int first = firstOfFreePorts();
        try (PodIdentityEmulator azure = start(Places.onLoopback().withPortsFrom(first))) {
            URI gone = azure.pod("invoices").imds();
            azure.apply(new ManifestReader(Profile.V1_8_17)
                    .read(
                            List.of(write(MANIFESTS.replace("name: invoices,", "name: new,"))
                                    .toString()),
                            new ByteArrayInputStream(new byte[0]))
                    .cluster());
            assertThat(azure.pod("new").imds()).isEqualTo(gone);
        }
    }

    @Test
    void start_withoutAWayToAPort_saysSo() throws Exception {
        int first = firstOfFreePorts();
        Places places = Places.onLoopback().withPortsFrom(first).exposedAs("localhost", port -> {
            if (port >= first + SERVERS) {
                throw new UncheckedIOException(new IOException("no way to " + port));
            }
            return port;
        });
        assertThatThrownBy(() -> start(places)).hasMessageContaining("no way to " + (first + SERVERS));
        for (int port = first; port < first + SERVERS; port++) {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    private PodIdentityEmulator start(Places places) throws IOException {
        return PodIdentityEmulator.builder()
                .manifests(write(MANIFESTS))
                .profile(Profile.V1_8_17)
                .timeScale(500)
                .places(places)
                .start();
    }

    private Path write(String manifests) throws IOException {
        return Files.writeString(folder.resolve("pods.yaml"), manifests);
    }

    /** The first line of the answer to a request over TLS for a host, whose name the certificate must have. */
    private static String handshake(PodIdentityEmulator azure, int port, String host) throws IOException {
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), port);
                var socket = (SSLSocket) azure.sslContext().getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            return firstLine(socket, "/common/discovery/v2.0/keys");
        }
    }

    private static String statusLine(int port, String target) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return firstLine(socket, target);
        }
    }

    private static String firstLine(Socket socket, String target) throws IOException {
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("");
    }

    /** The first of as many ports in a row as the manifests need, below those that the system gives to clients. */
    private static int firstOfFreePorts() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            if (IntStream.range(first, first + SERVERS + 4).allMatch(PlacesIT::isFree)) {
                return first;
            }
        }
        throw new IOException("no ports in a row");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
