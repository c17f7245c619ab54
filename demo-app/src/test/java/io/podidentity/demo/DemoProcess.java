// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The demo as a process with the heap that it has in a pod of 256 MB. It ends when its memory does. */
final class DemoProcess implements AutoCloseable {
    private static final Pattern WELCOME = Pattern.compile("http://localhost:(\\d+)/");

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final Process process;
    private final int port;

    private DemoProcess(Process process) throws IOException {
        this.process = process;
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.port = portIn(output);
        // So that the demo never waits for somebody to read its log.
        Thread thread = new Thread(() -> output.lines().forEach(log::add), "log of the demo");
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts it, and returns when it serves. */
    static DemoProcess start(Map<String, Object> settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx102m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                DemoApplication.class.getName(),
                "--server.port=0"));
        settings.forEach((name, value) -> command.add("--" + name + "=" + value));
        return new DemoProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private int portIn(BufferedReader output) throws IOException {
        for (String line; (line = output.readLine()) != null; ) {
            log.add(line);
            Matcher welcome = WELCOME.matcher(line);
            if (welcome.find()) {
                return Integer.parseInt(welcome.group(1));
            }
        }
        throw new AssertionError("The demo did not start: " + log);
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it has printed. */
    String log() {
        return String.join("\n", log);
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    /** A connection that takes a few kilobytes at a time. */
    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
