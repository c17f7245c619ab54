// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A setting for one server costs no client its memory: 200 MB are uploaded with a heap of 160 MB. */
class StreamedUploadIT {
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path folder;

    @EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
    @Test
    void upload_ofMoreThanTheHeap_arrivesByEachClientAtEachServer() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::receive);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        try {
            String covered = "http://localhost:" + server.getAddress().getPort() + "/covered";
            String other = "http://127.0.0.1:" + server.getAddress().getPort() + "/other";
            assertThat(run(covered, other)).contains("end HTTP interface " + other);
        } finally {
            server.stop(0);
        }

        assertThat(received)
                .hasSize(8)
                .startsWith(Collections.nCopies(4, "/covered Bearer token " + StreamedUploads.SIZE)
                        .toArray(String[]::new))
                .endsWith(Collections.nCopies(4, "/other null " + StreamedUploads.SIZE)
                        .toArray(String[]::new));
    }

    private void receive(HttpExchange exchange) throws IOException {
        long size = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
        String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        received.add(exchange.getRequestURI().getPath() + " " + token.replace(FakeSource.TOKEN, "token") + " " + size);
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private String run(String... urls) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                StreamedUploads.class.getName()));
        command.addAll(List.of(urls));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
