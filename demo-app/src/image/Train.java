import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the demo beside an emulated Azure until it has answered each kind of request, and ends it: so its AOT cache
 * holds what the first requests of a pod need too, for a token, for TLS, for a list of blobs and for the page. Its
 * arguments are the demo's command.
 */
final class Train {
    private static final List<String> PATHS = List.of(
            "/actuator/health/liveness",
            "/actuator/health/readiness",
            "/actuator/prometheus",
            "/api/identity",
            "/api/blobs",
            "/api/blobs/hello.txt",
            "/");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** A port that was free may be taken before the demo has it. */
    private static final int STARTS = 3;

    private Train() {}

    public static void main(String[] command) throws IOException, InterruptedException {
        try (PodIdentityEmulator azure = PodIdentityEmulator.start()) {
            for (int start = 1; !answersAll(command, azure); start++) {
                if (start == STARTS) {
                    throw new IOException("The demo ended " + STARTS + " times before it answered");
                }
            }
        }
    }

    /** Whether it did; if not, it has ended by itself. */
    private static boolean answersAll(String[] command, PodIdentityEmulator azure)
            throws IOException, InterruptedException {
        int port = freePort();
        int management = freePort();
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment()
                .putAll(Map.of(
                        "SERVER_PORT",
                        String.valueOf(port),
                        "MANAGEMENT_SERVER_PORT",
                        String.valueOf(management),
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        azure.imds().toString(),
                        "DEMO_STORAGE_ENDPOINT",
                        azure.storage().toString(),
                        "JAVA_TOOL_OPTIONS",
                        "-Djavax.net.ssl.trustStorePassword=changeit -Djavax.net.ssl.trustStore="
                                + azure.trustStore()));
        Process demo = builder.start();
        try {
            Instant end = Instant.now().plus(LIMIT);
            for (String path : PATHS) {
                int asked = path.startsWith("/actuator") ? management : port;
                while (!answers(URI.create("http://127.0.0.1:" + asked + path))) {
                    if (!demo.isAlive()) {
                        return false;
                    }
                    if (Instant.now().isAfter(end)) {
                        throw new IOException("The demo does not answer " + path);
                    }
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
            return true;
        } finally {
            demo.destroy();
            // It writes the cache when it ends.
            if (!demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                demo.destroyForcibly();
            }
        }
    }

    private static boolean answers(URI uri) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
            return HttpClient.newHttpClient()
                            .send(request, BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
