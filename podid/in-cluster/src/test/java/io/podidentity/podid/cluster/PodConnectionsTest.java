// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.cluster.PodConnections.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pods and podid are sockets of the test. */
@Timeout(60)
class PodConnectionsTest {

    private static final String REQUEST = "GET /metadata HTTP/1.1\r\n\r\n";
    private static final int MILLIS = 20_000;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<Socket> pods = new ArrayList<>();
    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
    private ServerSocket podid;
    private PodConnections connections;
    private Thread serving;

    private final class TestClock extends Clock {

        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "right\n");
        podid = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var accepting = new Thread(this::accept);
        accepting.setDaemon(true);
        accepting.start();
        var link = new PodidLink("127.0.0.1", podid.getLocalPort(), token);
        connections = new PodConnections(
                InetAddress.getLoopbackAddress(), 0, link, new Limits(3, 100), new TestClock(), log::add);
        connections.open();
        serving = new Thread(connections::serve);
        serving.setDaemon(true);
        serving.start();
        // podid accepts the node, as the one that keeps the rule has asked.
        var asking = new Thread(link::ask);
        asking.start();
        try (Socket asked = next()) {
            assertThat(readLine(asked)).isEqualTo("NODE right");
            asked.getOutputStream().write("OK\r\n".getBytes(US_ASCII));
            asking.join();
        }
    }

    private void accept() {
        while (!podid.isClosed()) {
            try {
                accepted.add(podid.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        for (Socket pod : pods) {
            pod.close();
        }
        serving.interrupt();
        connections.close();
        podid.close();
    }

    private Socket next() throws Exception {
        Socket socket = accepted.poll(MILLIS, TimeUnit.MILLISECONDS);
        assertThat(socket).isNotNull();
        socket.setSoTimeout(MILLIS);
        return socket;
    }

    private Socket pod() throws IOException {
        var pod = new Socket(InetAddress.getLoopbackAddress(), connections.port());
        pod.setSoTimeout(MILLIS);
        pods.add(pod);
        return pod;
    }

    private static String readLine(Socket socket) throws IOException {
        var line = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b >= 0 && b != '\n';
                b = socket.getInputStream().read()) {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    @Test
    void bytes_ofAPod_comeToPodidBehindItsAddressAndTheAnswerComesBack() throws Exception {
        Socket pod = pod();
        write(pod, REQUEST);

        Socket azure = next();
        assertThat(readLine(azure)).isEqualTo("NODE right");
        assertThat(readLine(azure))
                .isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.1 " + pod.getLocalPort() + " " + pod.getPort());
        assertThat(readLine(azure)).isEqualTo("GET /metadata HTTP/1.1");
        write(azure, "OK\r\nHTTP/1.1 200 OK\r\n");
        assertThat(readLine(pod)).isEqualTo("HTTP/1.1 200 OK");
        azure.close();
        assertThat(pod.getInputStream().read()).isNegative();
    }

    @Test
    void bytes_thatOneSideDoesNotTakeYet_arriveWhole() throws Exception {
        Socket pod = pod();
        write(pod, REQUEST);
        Socket azure = next();
        azure.getOutputStream().write("OK\r\n".getBytes(US_ASCII));
        byte[] large = new byte[8 << 20];
        large[large.length - 1] = 7;
        var sending = new Thread(() -> send(azure, large));
        sending.start();

        byte[] read = pod.getInputStream().readNBytes(large.length);

        sending.join();
        assertThat(read).isEqualTo(large);
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void connection_ofAPodThatSaysNothing_costsPodidNothingAndIsClosed() throws Exception {
        Socket silent = pod();
        // The one that comes after it is led to podid, so it is known by then.
        Socket asking = pod();
        write(asking, REQUEST);
        assertThat(readLine(next())).startsWith("NODE");

        now.set(Instant.EPOCH.plus(PodConnection.TO_ASK));

        assertThat(silent.getInputStream().read()).isNegative();
        assertThat(accepted).isEmpty();
    }

    @Test
    void connection_thatWaitsForItsAnswer_isKeptAsLongAsNmiWaits() throws Exception {
        Socket pod = pod();
        write(pod, REQUEST);
        Socket azure = next();
        assertThat(readLine(azure)).startsWith("NODE");

        now.set(Instant.EPOCH.plus(Duration.ofSeconds(112)));
        write(azure, "OK\r\nHTTP/1.1 404 Not Found\r\n");

        assertThat(readLine(pod)).isEqualTo("HTTP/1.1 404 Not Found");
    }

    @Test
    void connections_ofOnePod_areBounded() throws Exception {
        for (int i = 0; i < 3; i++) {
            write(pod(), REQUEST);
            assertThat(readLine(next())).startsWith("NODE");
        }

        assertThat(pod().getInputStream().read()).isNegative();
        assertThat(log).singleElement().asString().startsWith("pod 127.0.0.1 has too many connections");
    }

    @Test
    void connections_ofOnePod_areFreeAgainWhenTheyHaveEnded() throws Exception {
        for (int i = 0; i < 10; i++) {
            Socket pod = pod();
            write(pod, REQUEST);
            Socket azure = next();
            assertThat(readLine(azure)).startsWith("NODE");
            azure.close();
            assertThat(pod.getInputStream().read()).isNegative();
        }
    }

    @Test
    void connection_thatPodidRefuses_isClosedAndTheLogSaysWhy() throws Exception {
        Socket pod = pod();
        write(pod, REQUEST);

        write(next(), "NO another token\r\n");

        assertThat(pod.getInputStream().read()).isNegative();
        assertThat(log).singleElement().asString().contains("podid refuses this node: NO another token");
    }

    @Test
    void close_endsAllConnections() throws Exception {
        Socket pod = pod();
        write(pod, REQUEST);
        Socket azure = next();
        assertThat(readLine(azure)).startsWith("NODE");

        connections.close();

        assertThat(pod.getInputStream().read()).isNegative();
    }
}
