// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The demo as a process with the heap that it has in a pod of 256 MB, and clients that read hardly anything. Each of
 * 100 downloads fills the buffers of two connections with TLS, so this is a test for CI.
 */
@EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
class SlowReadersIT {
    /** More than the kernel keeps for a reader that does not read, which is 4 MB. */
    private static final int SIZE = 8_000_000;

    private static final int READERS = 130;

    private final PodIdentityEmulator azure = PodIdentityEmulator.builder()
            .blob("samples", "big.bin", "application/octet-stream", new byte[SIZE])
            .start();
    private DemoProcess demo;

    @BeforeEach
    void start() throws IOException {
        demo = DemoProcess.start(new EmulatedAzure(azure).trusted());
    }

    @AfterEach
    void stop() {
        demo.close();
        azure.close();
    }

    @Test
    void downloads_bySlowReaders_leaveMemoryAndThreadsForTheOthersAndEndWithThem() throws Exception {
        List<Socket> readers = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            Socket reader = ask("/api/blobs/big.bin");
            readers.add(reader);
            answers.add(head(reader));
        }

        assertThat(answers)
                .filteredOn(answer -> answer.startsWith("HTTP/1.1 200"))
                .hasSize(100);
        assertThat(answers)
                .filteredOn(answer -> answer.startsWith("HTTP/1.1 503"))
                .hasSize(READERS - 100)
                .allMatch(answer -> answer.contains("Retry-After: 5"));
        assertThat(demo.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        assertThat(demo.get("/api/blobs").statusCode()).isEqualTo(200);

        for (Socket reader : readers) {
            reader.setSoLinger(true, 0);
            reader.close();
        }
        HttpResponse<byte[]> whole = demo.get("/api/blobs/big.bin");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).hasSize(SIZE);
        assertThat(demo.isAlive()).isTrue();
    }

    private Socket ask(String path) throws IOException {
        Socket socket = demo.connect();
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1));
        return socket;
    }

    /** Reads the beginning of the answer and no more. */
    private static String head(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(700), ISO_8859_1);
    }
}
