// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as a process of its own. */
class PodidIT {

    private static final Path JAR = Path.of("target", "podid.jar");

    @TempDir
    private Path folder;

    @Test
    @SuppressWarnings("unchecked")
    void serve_withJson_servesUntilItIsEndedAndLeavesNothing() throws Exception {
        Process podid = podid("serve", "--json");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            Map<String, Object> served = Json.object(out.readLine());
            assertThat(served).containsKeys("pods", "entra", "storage", "ca", "trustStore", "tenantId", "application");
            var pod = (Map<String, Object>) ((List<Object>) served.get("pods")).get(0);
            assertThat(pod).containsOnlyKeys("namespace", "name", "imds", "env");
            String url = pod.get("imds")
                    + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
            var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setRequestProperty("Metadata", "true");
            assertThat(connection.getResponseCode()).isEqualTo(200);

            Path ca = Path.of((String) served.get("ca"));
            Path secretFile = Path.of((String) ((Map<String, Object>) served.get("application")).get("secretFile"));
            String secret = Files.readString(secretFile).strip();
            assertThat(secret).hasSizeGreaterThan(30);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secretFile)))
                    .isEqualTo("rw-------");
            assertThat(served.toString()).doesNotContain(secret);

            podid.destroy();
            assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(podid.exitValue()).isZero();
            assertThat(ca).doesNotExist();
            assertThat(secretFile).doesNotExist();
            assertThat(folder.resolve("err")).content().contains("imds GET /metadata/identity/oauth2/token?");
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void serve_forPeople_printsCommandsAndWhatItIsWorth() throws Exception {
        Path secretFile = Files.writeString(folder.resolve("secret"), "from-a-file\n");
        Process podid = podid("serve", "--secret-file", secretFile.toString());
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            var lines = new ArrayList<String>();
            for (String line = out.readLine(); line != null && !line.startsWith("A line per"); line = out.readLine()) {
                lines.add(line.strip());
            }
            String text = String.join("\n", lines);
            assertThat(text)
                    .contains(
                            "worth nothing anywhere else",
                            "export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:",
                            "az cloud register -n podid",
                            "az login --service-principal",
                            secretFile.toString())
                    .doesNotContain("from-a-file");
        } finally {
            podid.destroy();
        }
        assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(secretFile).as("a file that the user gave").exists();
    }

    /** Usage is for wrong use. */
    @Test
    void explain_ofAFileThatIsNotThere_saysSoInOneLine() throws Exception {
        Process podid = podid("explain", "none.yaml");

        assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(podid.exitValue()).isEqualTo(2);
        assertThat(folder.resolve("err")).content().isEqualTo("podid: There is no file or folder none.yaml\n");
    }

    @Test
    void check_withoutEnoughMemory_saysSoInOneLine() throws Exception {
        Path big = Files.writeString(folder.resolve("big.yaml"), "a: [b, c, d, e]\n---\n".repeat(300_000));
        Process podid = podid(Map.of("JDK_JAVA_OPTIONS", "-Xmx20m"), "check", big.toString());

        assertThat(podid.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(podid.exitValue()).isEqualTo(2);
        assertThat(folder.resolve("err"))
                .content()
                .hasLineCount(2)
                .contains("\npodid: the memory of this process, ", " MiB, is not enough. Name fewer files");
    }

    /** check has read it for long, and said something else then. */
    @Test
    void explain_withAConfiguration_takesTheProfileThatCheckTakes() throws Exception {
        Files.writeString(folder.resolve(".podid.yaml"), "profile: 1.5.4\n");
        Files.writeString(folder.resolve("pod.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n");
        Process podid = new ProcessBuilder(
                        "java",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        JAR.toAbsolutePath().toString(),
                        "explain",
                        "pod.yaml",
                        "--format=json")
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).contains("\"profile\":\"1.5.4\"");
        }
    }

    /** As kubectl runs it: with another JDK on the PATH, or none. */
    @Test
    void kubectlPlugin_always_runsTheJavaOfJavaHome() throws Exception {
        var builder = new ProcessBuilder("/bin/sh", "../install/kubectl-podid", "--version")
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("JAVA_HOME", folder.toString());
        Path java = Files.createDirectories(folder.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"this one: $*\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Process plugin = builder.start();
        try (BufferedReader out = plugin.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("this one: ").endsWith("/podid.jar --version");
        }
    }

    @Test
    void serve_onATakenPort_saysSo() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            Process podid = podid("serve", "--imds-port", Integer.toString(taken.getLocalPort()));
            assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(podid.exitValue()).isEqualTo(1);
            assertThat(folder.resolve("err"))
                    .content()
                    .startsWith("podid: Cannot serve imds on 127.0.0.1:" + taken.getLocalPort())
                    .hasLineCount(1);
        }
    }

    @Test
    void serve_atFixedPorts_tellsProgramsOfItAndWebPagesNothing() throws Exception {
        int first = firstOfFreePorts();
        Process podid = podid("serve", "--json", "--bind", "0.0.0.0", "--ports", Integer.toString(first));
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).contains("\"entra\":\"https://localhost:" + (first + 2) + "\"");
            assertThat(get(first, "/addresses", "localhost"))
                    .startsWith("HTTP/1.1 200")
                    .contains("imds=http://127.0.0.1:" + (first + 1) + "\n");
            assertThat(get(first, "/environment", "127.0.0.1"))
                    .contains("AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:" + (first + 1));
            assertThat(get(first, "/ca.pem", "localhost")).contains("-----BEGIN CERTIFICATE-----");
            assertThat(get(first, "/ca.pem", "10.1.2.3")).startsWith("HTTP/1.1 403");
            assertThat(get(first, "/pods/a/b/environment", "localhost")).startsWith("HTTP/1.1 404");
            assertThat(get(first, "/", "evil.example")).startsWith("HTTP/1.1 403");
            assertThat(get(first, "/", "localhost\r\nOrigin: http://evil.example"))
                    .startsWith("HTTP/1.1 403");
            assertThat(get(first, "/none", "localhost")).startsWith("HTTP/1.1 404");
            assertThat(put(first, "localhost", "host=localhost")).startsWith("HTTP/1.1 409");
            podid.destroy();
            assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(podid.exitValue()).isZero();
            assertThat(folder.resolve("err")).content().contains("listening on 0.0.0.0: whoever reaches that address");
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void serve_toldItsAddressesLast_givesThemAwayAndTheFilesOfPods() throws Exception {
        int first = firstOfFreePorts();
        Path pods = Files.writeString(folder.resolve("pods.yaml"), """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: demo, annotations: {azure.workload.identity/client-id: 22222222-2222-2222-2222-222222222222}}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: demo, labels: {azure.workload.identity/use: "true"}}
                spec: {serviceAccountName: demo, containers: [{name: app, image: app}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: thief}
                spec: {containers: [{name: app, image: app, env: [{name: AZURE_FEDERATED_TOKEN_FILE, value: /etc/passwd}]}]}
                """);
        Process podid =
                podid("serve", "--json", "--ports", Integer.toString(first), "--await-exposed", pods.toString());
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            var ports = new StringBuilder();
            for (int port = first + 1; port <= first + 10; port++) {
                ports.append('&').append(port).append('=').append(port + 1000);
            }
            awaitPort(podid, first);
            assertThat(put(first, "azure.example", "host=other.example" + ports))
                    .as("a name that is not the request's own")
                    .startsWith("HTTP/1.1 403");
            assertThat(put(first, "azure.example", "host=azure.example&imds=80"))
                    .startsWith("HTTP/1.1 400")
                    .contains("each field is a port");
            assertThat(put(first, "azure.example:" + first, "host=azure.example" + ports))
                    .startsWith("HTTP/1.1 200")
                    .contains("entra=https://azure.example:" + (first + 1002) + "\n");
            assertThat(out.readLine()).contains("https://azure.example:" + (first + 1002));
            assertThat(get(first, "/pods/default/demo/environment", "azure.example"))
                    .contains("AZURE_AUTHORITY_HOST=https://azure.example:" + (first + 1002) + "/\n");
            assertThat(get(first, "/pods/default/demo/files/AZURE_FEDERATED_TOKEN_FILE", "azure.example"))
                    .contains("\r\n\r\neyJ");
            assertThat(get(first, "/pods/default/demo/files/AZURE_TENANT_ID", "azure.example"))
                    .startsWith("HTTP/1.1 404");
            assertThat(get(first, "/pods/default/thief/environment", "azure.example"))
                    .contains("AZURE_FEDERATED_TOKEN_FILE=/etc/passwd");
            assertThat(get(first, "/pods/default/thief/files/AZURE_FEDERATED_TOKEN_FILE", "azure.example"))
                    .startsWith("HTTP/1.1 404");
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void check_onStandardInput_printsFindingsAsJsonAndExitsWithOne() throws Exception {
        Process podid = podid("check", "--profile", "1.8.17", "--format", "json", "-");
        try (var in = podid.outputWriter(StandardCharsets.UTF_8)) {
            in.write("""
                apiVersion: v1
                kind: Pod
                metadata: {name: demo, labels: {aadpodidbinding: demo}}
                spec: {containers: []}
                ---
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentityBinding
                metadata: {name: other}
                spec: {azureIdentity: other, selector: other}
                """);
        }
        String findings = new String(podid.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(podid.exitValue()).isEqualTo(1);
        assertThat(findings).startsWith("[{").contains("\"rule\":\"label-without-binding\"", "\"file\":\"-\"");
        assertThat(folder.resolve("err")).isEmptyFile();
    }

    private static String get(int port, String path, String host) throws IOException {
        return exchange(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }

    private static String put(int port, String host, String form) throws IOException {
        return exchange(
                port,
                "PUT /exposed HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: " + form.length()
                        + "\r\n\r\n" + form);
    }

    private static String exchange(int port, String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void awaitPort(Process podid, int port) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end && !podid.waitFor(50, TimeUnit.MILLISECONDS)) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.isConnected()).isTrue();
                return;
            } catch (ConnectException notYet) {
                // Once more.
            }
        }
        throw new AssertionError("nobody listens on port " + port);
    }

    /** The first of twelve ports in a row, below those that the system gives to clients. */
    private static int firstOfFreePorts() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            if (IntStream.range(first, first + 12).allMatch(PodidIT::isFree)) {
                return first;
            }
        }
        throw new IOException("no ports in a row");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private Process podid(String... arguments) throws IOException {
        return podid(Map.of(), arguments);
    }

    private Process podid(Map<String, String> environment, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        builder.environment().remove("KUBERNETES_SERVICE_HOST");
        builder.environment().putAll(environment);
        return builder.start();
    }
}
