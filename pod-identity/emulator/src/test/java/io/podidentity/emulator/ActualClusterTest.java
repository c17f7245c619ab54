// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.mic.Event;
import io.podidentity.emulator.plan.ActualCluster;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** MIC and NMI on objects and addresses that are not theirs; {@code e2e/run 92} has them in a real cluster. */
class ActualClusterTest {

    private static final String CLIENT_ID = "21111111-1111-4111-8111-111111111111";
    private static final String TOKEN = "GET /metadata/identity/oauth2/token?resource=https://storage.azure.com/"
            + " HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\nConnection: close\r\n\r\n";
    private static final Pod BOUND = Pod.of("default", "bound", Map.of(Pod.BINDING_LABEL, "demo"));
    private static final Pod FREE = Pod.of("default", "free", Map.of());
    private static final Cluster IDENTITY = Cluster.of(List.of(
            AzureIdentity.managed(
                    Metadata.of("default", "demo"),
                    "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/demo",
                    CLIENT_ID),
            new AzureIdentityBinding(Metadata.of("default", "binding"), "demo", "demo")));

    /** In place of an API server: what is written there, and which pod has which address. */
    private static final class Written implements ActualCluster {

        final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        final Map<String, AzureAssignedIdentity> assigned = new ConcurrentHashMap<>();
        volatile boolean refuses;

        @Override
        public List<Pod> podsAt(String ip) {
            return ip.equals("10.244.0.8") ? List.of(FREE) : ip.equals("10.244.0.9") ? List.of(BOUND) : List.of();
        }

        @Override
        public ProxyAuthentication nodes() {
            return credential -> credential.equals("right") ? Optional.empty() : Optional.of("another node");
        }

        @Override
        public void record(Event event) {
            changes.add("event " + event.reason() + " " + event.object());
        }

        @Override
        public boolean put(AzureAssignedIdentity one) {
            boolean taken = !refuses;
            if (taken) {
                assigned.put(one.name().toString(), one);
            }
            changes.add(
                    (taken ? "" : "refused ") + one.name() + " " + one.state().text());
            return taken;
        }

        @Override
        public boolean remove(AzureAssignedIdentity one) {
            assigned.remove(one.name().toString());
            changes.add(one.name() + " deleted");
            return true;
        }

        String next() throws InterruptedException {
            return String.valueOf(changes.poll(20, TimeUnit.SECONDS));
        }
    }

    private static PodIdentityEmulator start(Written written, Cluster cluster) {
        return PodIdentityEmulator.builder()
                .profile(Profile.V1_8_17)
                .cluster(cluster)
                .actualCluster(written)
                .timeScale(100)
                .start();
    }

    private static void awaitAssigned(Written written) throws InterruptedException {
        assertThat(written.next()).isEqualTo("default/bound-default-demo Created");
        assertThat(written.next()).isEqualTo("default/bound-default-demo Assigned");
        assertThat(written.next()).isEqualTo("event binding applied default/binding");
    }

    private static String ask(PodIdentityEmulator azure, String firstLine) throws IOException {
        URI nmi = azure.nmiHost().orElseThrow();
        try (var socket = new Socket(nmi.getHost(), nmi.getPort())) {
            socket.getOutputStream().write((firstLine + TOKEN).getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private static String proxied(String ip) {
        return "NODE right\r\nPROXY TCP4 " + ip + " 169.254.169.254 40000 80\r\n";
    }

    @Test
    void token_ofTheAddressThatTheProxyNames_isThatPods() throws Exception {
        var written = new Written();
        try (var azure = start(written, IDENTITY.with(List.of(BOUND)))) {
            awaitAssigned(written);

            assertThat(ask(azure, proxied("10.244.0.9"))).startsWith("OK\r\nHTTP/1.1 200 OK\r\n");
            assertThat(ask(azure, proxied("10.244.0.8")))
                    .startsWith("OK\r\nHTTP/1.1 404 Not Found\r\n")
                    .contains(
                            "getting assigned identities for pod default/free in CREATED state failed after 16 attempts");
            assertThat(ask(azure, proxied("10.244.0.7")))
                    .startsWith("OK\r\nHTTP/1.1 500 ")
                    .contains("pod list is empty");
            assertThat(azure.requests())
                    .extracting(RecordedRequest::pod)
                    .containsSubsequence("default/bound", "default/free", "10.244.0.7");
        }
    }

    @Test
    void connection_withoutTheLinesOfANode_getsNoAnswer() throws Exception {
        try (var azure = start(new Written(), IDENTITY)) {
            assertThat(ask(azure, "")).isEmpty();
            assertThat(ask(azure, "PROXY TCP4 10.244.0.9 169.254.169.254 40000 80\r\n"))
                    .isEmpty();
            assertThat(ask(azure, "NODE \r\n")).isEmpty();
            assertThat(ask(azure, "NODE " + "1".repeat(10_000) + "\r\n")).isEmpty();
            assertThat(ask(azure, "NODE right\r\nPROXY UNKNOWN\r\n")).isEqualTo("OK\r\n");
            assertThat(ask(azure, "NODE right\r\nPROXY TCP4 " + "1".repeat(200) + "\r\n"))
                    .isEqualTo("OK\r\n");
        }
    }

    @Test
    void connection_ofAProgramThatIsNoNode_isRefusedWithTheReasonAlone() throws Exception {
        var written = new Written();
        try (var azure = start(written, IDENTITY.with(List.of(BOUND)))) {
            awaitAssigned(written);

            assertThat(ask(azure, proxied("10.244.0.9").replace("right", "wrong")))
                    .isEqualTo("NO another node\r\n");
            assertThat(azure.requests()).isEmpty();
        }
    }

    @Test
    void assignedIdentity_ofAPodThatEnds_isWrittenAndDeleted() throws Exception {
        var written = new Written();
        try (var azure = start(written, IDENTITY.with(List.of(BOUND)))) {
            awaitAssigned(written);

            azure.apply(IDENTITY);

            assertThat(written.next()).isEqualTo("default/bound-default-demo Unassigned");
            assertThat(written.next()).isEqualTo("default/bound-default-demo deleted");
        }
    }

    @Test
    void start_withWhatIsAssignedAlready_writesNothing() throws Exception {
        var written = new Written();
        Cluster cluster = IDENTITY.with(List.of(BOUND));
        PodIdentityEmulator before = start(written, cluster);
        awaitAssigned(written);
        before.close();
        try (var azure = start(written, cluster.with(written.assigned.values()))) {
            azure.apply(cluster.with(List.of(Pod.of("default", "second", Map.of(Pod.BINDING_LABEL, "demo")))));

            assertThat(written.next()).isEqualTo("default/second-default-demo Created");
            assertThat(ask(azure, proxied("10.244.0.9"))).startsWith("OK\r\nHTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void assignedIdentity_thatTheClusterRefuses_isTriedAgainAtTheNextChange() throws Exception {
        var written = new Written();
        written.refuses = true;
        try (var azure = start(written, IDENTITY.with(List.of(BOUND)))) {
            assertThat(written.next()).isEqualTo("refused default/bound-default-demo Created");
            assertThat(written.next()).isEqualTo("refused default/bound-default-demo Assigned");
            assertThat(written.next()).startsWith("event");
            assertThat(azure.cluster().all(AzureAssignedIdentity.class)).isEmpty();

            written.refuses = false;
            azure.apply(IDENTITY.with(List.of(BOUND)));

            awaitAssigned(written);
        }
    }
}
