package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo as a process with the heap that it has in a pod of 256 MB, and clients that read hardly anything. */
class SlowReadersIT {
    private static final int SIZE = 60_000_000;
    private static final int READERS = 130;
    private static final Pattern WELCOME = Pattern.compile("http://localhost:(\\d+)/");

    private final HttpClient client = HttpClient.newHttpClient();
    private final PodIdentityEmulator azure = PodIdentityEmulator.builder()
            .blob("samples", "big.bin", "application/octet-stream", new byte[SIZE])
            .start();
    private Process demo;
    private int port;

    @BeforeEach
    void start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx102m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                DemoApplication.class.getName(),
                "--server.port=0",
                "--spring.ssl.bundle.pem.azure.truststore.certificate="
                        + azure.certificateAuthority().toUri(),
                "--demo.storage.ssl-bundle=azure"));
        for (Map.Entry<String, Object> setting :
                new EmulatedAzure(azure).settings().entrySet()) {
            command.add("--" + setting.getKey() + "=" + setting.getValue());
        }
        demo = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8));
        for (String line; (line = output.readLine()) != null; ) {
            Matcher welcome = WELCOME.matcher(line);
            if (welcome.find()) {
                port = Integer.parseInt(welcome.group(1));
                drain(output);
                return;
            }
        }
        throw new AssertionError("The demo did not start");
    }

    /** So that the demo never waits for somebody to read its log. */
    private static void drain(BufferedReader output) {
        Thread thread = new Thread(() -> output.lines().forEach(line -> {}), "log of the demo");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() {
        demo.destroyForcibly();
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
        assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        assertThat(get("/api/blobs").statusCode()).isEqualTo(200);

        for (Socket reader : readers) {
            reader.setSoLinger(true, 0);
            reader.close();
        }
        HttpResponse<byte[]> whole = get("/api/blobs/big.bin");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).hasSize(SIZE);
        assertThat(demo.isAlive()).isTrue();
    }

    /** Sends a request on a connection that takes a few kilobytes at a time. */
    private Socket ask(String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1));
        return socket;
    }

    /** Reads the beginning of the answer and no more. */
    private static String head(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(700), ISO_8859_1);
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}
