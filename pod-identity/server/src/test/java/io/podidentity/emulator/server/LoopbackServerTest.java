// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.http.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients and a system that want the server to fall silent. */
class LoopbackServerTest {

    private static final Limits LIMITS = new Limits(1024, 1024, 16, Duration.ofSeconds(30));
    private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final List<Socket> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
    }

    private static LoopbackServer serve(UnaryOperator<Thread> made) {
        LoopbackServer server = LoopbackServer.bind(
                "test", LoopbackServer.loopback(), 0, null, LIMITS, (name, request, answer) -> {}, made);
        server.serve(request -> Answer.text(200, "text/plain", "answered"));
        return server;
    }

    private Socket connect(LoopbackServer server) throws IOException {
        var client = new Socket(LoopbackServer.loopback(), server.port());
        client.setSoTimeout(10_000);
        clients.add(client);
        return client;
    }

    private static String ask(Socket client) throws IOException {
        client.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** Before, as many as the limit kept everybody else out. */
    @ParameterizedTest
    @ValueSource(strings = {"", "G", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "})
    void answer_whileIdleConnectionsTakeAllPlaces_goesToWhoeverAsks(String beginning) throws Exception {
        try (LoopbackServer server = serve(UnaryOperator.identity())) {
            for (int i = 0; i < 10 * LIMITS.connections(); i++) {
                connect(server).getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
                if (i % 8 == 0) {
                    assertThat(ask(connect(server))).startsWith("HTTP/1.1 200").endsWith("answered");
                }
            }
        }
    }

    @Test
    void answer_afterThreadsThatCouldNotBeStarted_goesToTheNext() throws Exception {
        var made = new AtomicInteger();
        // Thrown where the thread is made: on JDK 25, a pool starts its threads by a method that no test can replace.
        UnaryOperator<Thread> failing = thread -> {
            int number = made.incrementAndGet();
            if (number > 1 && number < 5) {
                // As the JVM says it.
                throw new OutOfMemoryError("unable to create native thread: possibly out of memory or process/resource"
                        + " limits reached");
            }
            return thread;
        };
        try (LoopbackServer server = serve(failing)) {
            for (int i = 0; i < 3; i++) {
                assertThat(connect(server).getInputStream().read()).isEqualTo(-1);
            }
            assertThat(ask(connect(server))).endsWith("answered");
        }
    }

    @Test
    void connections_ofOnePeerThatWait_leavePlacesToOthers() throws Exception {
        var connections = new Connections(8, 8);
        var closed = new ArrayList<Socket>();
        for (int i = 0; i < 20; i++) {
            connections.add(from("10.0.0.1")).ifPresent(closed::add);
        }

        assertThat(closed).hasSize(14);
        assertThat(connections.add(from("10.0.0.2"))).isEmpty();
        assertThat(connections.add(from("10.0.0.2"))).isEmpty();
        assertThat(connections.stream()).hasSize(8);
    }

    @Test
    void connections_thatAreAnswered_areNotClosedForOthers() throws Exception {
        var connections = new Connections(2, 2);
        Socket first = from("10.0.0.1");
        Socket second = from("10.0.0.2");
        connections.add(first);
        connections.add(second);
        connections.answering(first);

        assertThat(connections.add(from("10.0.0.3"))).contains(second);

        connections.stream().forEach(connections::answering);
        Socket fourth = from("10.0.0.4");
        assertThat(connections.add(fourth)).contains(fourth);
        connections.answered(first);
        assertThat(connections.add(from("10.0.0.5"))).contains(first);
    }

    private static Socket from(String address) throws IOException {
        InetAddress peer = InetAddress.getByName(address);
        return new Socket() {
            @Override
            public InetAddress getInetAddress() {
                return peer;
            }
        };
    }
}
