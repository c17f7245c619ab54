// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.podid.cluster.PodConnections.Limits;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** NMI's part on a node and podid's port for nodes, as they meet: a pod asks, and podid knows its address. */
@Timeout(60)
class NodeToPodidTest {

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void requests_ofAPod_reachPodidWithItsAddressOverOneConnection(@TempDir Path folder) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "right");
        try (var podid = LoopbackServer.bind("nmi", 0, null, (server, request, answer) -> {})) {
            podid.serveProxied(
                    request ->
                            Answer.json(200, Map.of("pod", request.connection().client(), "path", request.rawPath())),
                    (server, request, answer) -> {},
                    credential -> credential.equals("right") ? Optional.empty() : Optional.of("another token"));
            var link = new PodidLink("127.0.0.1", podid.port(), token);
            var connections = new PodConnections(
                    InetAddress.getLoopbackAddress(), 0, link, Limits.OF_A_NODE, Clock.systemUTC(), log::add);
            connections.open();
            var serving = new Thread(connections::serve);
            serving.setDaemon(true);
            serving.start();
            assertThat(link.ask()).isEqualTo(new PodidLink.Answer.Accepted());

            HttpClient pod =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            String first = ask(pod, connections.port(), "/first");
            String second = ask(pod, connections.port(), "/second");

            assertThat(first).contains("\"pod\":\"127.0.0.1:", "/first");
            assertThat(second).isEqualTo(first.replace("/first", "/second"));
            assertThat(log).isEmpty();
            Files.writeString(token, "wrong");
            assertThat(link.ask()).isEqualTo(new PodidLink.Answer.Refused("NO another token"));
            serving.interrupt();
            connections.close();
        }
    }

    private static String ask(HttpClient pod, int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return pod.send(request, BodyHandlers.ofString()).body();
    }
}
