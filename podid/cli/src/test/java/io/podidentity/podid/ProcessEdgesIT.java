// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.podidentity.emulator.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The jar as a process at the edges of what a machine gives it: no network, a full disk, a folder that nobody can
 * write, another file system, no more descriptors or threads. Starts podid many times, so this is a test for CI.
 * Skipped where this user may not make namespaces.
 */
@EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
class ProcessEdgesIT {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String JAR =
            Path.of("target", "podid.jar").toAbsolutePath().toString();
    private static final Path FIXTURES = Path.of("src", "test", "resources", "migrate");
    /** Has fields of which check mends the case. */
    private static final Path MENDABLE = FIXTURES.resolve("article").resolve("in");

    private static final Path MIGRATABLE = FIXTURES.resolve("kinds").resolve("in");
    private static final List<String> OWN = List.of("unshare", "--map-root-user", "--mount", "--net");
    private static final int CLIENTS = 40;

    @TempDir
    private Path folder;

    /** Exit code and all that was printed. */
    private record Run(int exitCode, String text) {}

    @BeforeEach
    void needNamespaces() throws Exception {
        assumeTrue(isPermitted(), "This user may not run: " + String.join(" ", OWN));
    }

    private static boolean isPermitted() throws InterruptedException {
        var command = new ArrayList<>(OWN);
        command.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", "/mnt"));
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"check in", "explain in", "migrate in -o out"})
    void command_inANetworkNamespaceOfItsOwn_saysTheSame(String command) throws Exception {
        var requests = new AtomicInteger();
        HttpServer stranger = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stranger.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.close();
        });
        stranger.start();
        try {
            Path in = copy(MIGRATABLE, "in");
            Path fork = Files.createDirectories(in.resolve("fork"));
            Files.writeString(
                    fork.resolve("kustomization.yaml"),
                    "resources: ['http://127.0.0.1:" + stranger.getAddress().getPort() + "/base.yaml']\n");
            String podid = "\"$JAVA\" -jar \"$JAR\" " + command + " 2>&1";

            Run connected = run(podid);
            Map<String, String> written = files(folder.resolve("out"));
            delete(folder.resolve("out"));
            Run alone = run(OWN, "! ip -o link show up | grep -q . || exit 99\n" + podid);

            assertThat(alone).isEqualTo(connected);
            assertThat(files(folder.resolve("out"))).isEqualTo(written);
            assertThat(alone.text()).contains("fork");
            assertThat(requests).hasValue(0);
        } finally {
            stranger.stop(0);
        }
    }

    @Test
    void migrate_ontoAnotherFileSystem_writesTheSame() throws Exception {
        copy(MIGRATABLE, "in");
        Run here = run("\"$JAVA\" -jar \"$JAR\" migrate in -o out");
        Map<String, String> written = files(folder.resolve("out"));
        Files.createDirectories(folder.resolve("mount"));

        Run there = run(OWN, """
                mount -t tmpfs tmpfs mount
                "$JAVA" -jar "$JAR" migrate in -o mount/out; code=$?
                cp -r mount/out copy
                exit $code
                """);

        assertThat(there.exitCode()).as(there.text()).isEqualTo(here.exitCode()).isZero();
        assertThat(files(folder.resolve("copy"))).isEqualTo(written).isNotEmpty();
    }

    /** A disk of 8 KiB, two pages of which the manifests fill. */
    @Test
    void migrate_ontoAFullDisk_saysSoAndLeavesTheManifests() throws Exception {
        Map<String, String> before = files(copy(MIGRATABLE, "in"));
        Files.createDirectories(folder.resolve("mount"));

        Run full = run(OWN, """
                mount -t tmpfs -o size=8k tmpfs mount
                "$JAVA" -jar "$JAR" migrate in -o mount/out 2>&1
                """);

        assertThat(full.exitCode()).as(full.text()).isEqualTo(2);
        assertThat(full.text()).contains("No space left on device");
        assertThat(files(folder.resolve("in"))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dd if=/dev/zero of=mount/ballast bs=4096 2> dd; rm -f dd # No space left",
                "mount -o remount,ro mount # Read-only file system",
            })
    void checkFix_whereNothingCanBeWritten_leavesEachFileWhole(String fault) throws Exception {
        Map<String, String> before = files(copy(MENDABLE, "in"));
        Files.createDirectories(folder.resolve("mount"));

        Run run = run(OWN, """
                mount -t tmpfs -o size=256k tmpfs mount
                cp -r in mount/in
                FAULT
                "$JAVA" -jar "$JAR" check --fix mount/in 2>&1; code=$?
                cp -r mount/in copy
                exit $code
                """.replace("FAULT", fault));

        assertThat(run.exitCode()).as(run.text()).isEqualTo(2);
        assertThat(run.text()).contains(fault.substring(fault.indexOf('#') + 2));
        assertThat(files(folder.resolve("copy"))).isEqualTo(before);
    }

    /** From too few for the JDK itself to enough for all. */
    @ParameterizedTest
    @ValueSource(ints = {8, 12, 16, 20, 24, 32})
    void migrateInPlace_withFewDescriptors_writesAllOrNothing(int descriptors) throws Exception {
        Map<String, String> before = files(copy(MIGRATABLE, "in"));
        String migrate = "\"$JAVA\" -XX:-MaxFDLimit -jar \"$JAR\" migrate --in-place in -o out 2>&1";
        Run whole = run("cp -r in in.kept; " + migrate);
        Map<String, String> after = files(folder.resolve("in"));
        delete(folder.resolve("in"));
        delete(folder.resolve("out"));
        Files.move(folder.resolve("in.kept"), folder.resolve("in"));

        Run scarce = run("ulimit -n " + descriptors + "; " + migrate);

        assertThat(whole.exitCode()).as(whole.text()).isZero();
        assertThat(after).isNotEqualTo(before);
        assertThat(files(folder.resolve("in"))).as(scarce.text()).isIn(before, after);
        if (scarce.exitCode() == 0) {
            assertThat(files(folder.resolve("in"))).isEqualTo(after);
        }
    }

    /** The limit is set while it runs, for so long as many clients come. Threads are not limited for root. */
    @ParameterizedTest
    @ValueSource(strings = {"nofile", "nproc"})
    void serve_afterItHadNoMoreOfThis_answers(String limit) throws Exception {
        List<String> command = asUser();
        command.addAll(List.of(JAVA, "-XX:+ExitOnOutOfMemoryError", "-jar", JAR, "serve", "--json"));
        Process podid = new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            URI imds = imds(out.readLine());
            assertThat(status(imds)).isEqualTo(200);

            limit(podid, limit, "1:");
            var clients = new ArrayList<Socket>();
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(new Socket(imds.getHost(), imds.getPort()));
                }
                assertThat(clients.stream().filter(ProcessEdgesIT::isClosed))
                        .as("the limit is felt")
                        .isNotEmpty();
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
            limit(podid, limit, "4096:");

            assertThat(status(imds)).isEqualTo(200);
            assertThat(podid.isAlive()).isTrue();
        } finally {
            podid.destroy();
            assertThat(podid.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Another user than root, which has no limit of threads. */
    private static List<String> asUser() {
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        return new ArrayList<>(
                isRoot ? List.of("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups") : List.of());
    }

    private static void limit(Process podid, String limit, String value) throws Exception {
        List<String> command = asUser();
        command.addAll(List.of("prlimit", "--pid", String.valueOf(podid.pid()), "--" + limit + "=" + value));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Whether the server has closed a connection on which nothing was asked. */
    private static boolean isClosed(Socket client) {
        try {
            client.setSoTimeout(200);
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @SuppressWarnings("unchecked")
    private static URI imds(String json) throws Exception {
        var pods = (List<Map<String, Object>>) Json.object(json).get("pods");
        return URI.create(String.valueOf(pods.get(0).get("imds")));
    }

    private static int status(URI imds) throws IOException {
        String url = imds + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestProperty("Metadata", "true");
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(30_000);
        return connection.getResponseCode();
    }

    private Path copy(Path manifests, String name) throws IOException {
        Path copy = folder.resolve(name);
        for (Map.Entry<String, String> file : files(manifests).entrySet()) {
            Path target = copy.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }
        return copy;
    }

    private Run run(String script) throws Exception {
        return run(List.of(), script);
    }

    private Run run(List<String> before, String script) throws Exception {
        var command = new ArrayList<>(before);
        command.addAll(List.of("sh", "-c", script));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA", JAVA);
        builder.environment().put("JAR", JAR);
        Path output = Files.createTempFile("podid-edges", null);
        Process process = builder.redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        // The example lines of logs have the time of day.
        String text = Files.readString(output).replaceAll("[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]+", "TIME");
        Files.delete(output);
        return new Run(process.exitValue(), text);
    }

    private static Map<String, String> files(Path root) throws IOException {
        var files = new TreeMap<String, String>();
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    files.put(root.relativize(file).toString(), Files.readString(file));
                }
            }
        }
        return files;
    }

    private static void delete(Path root) throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
