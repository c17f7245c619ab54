package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
            Map<String, Object> served = JSONObjectUtils.parse(out.readLine());
            assertThat(served).containsKeys("pods", "entra", "storage", "ca", "trustStore", "tenantId", "application");
            var pod = (Map<String, Object>) ((List<Object>) served.get("pods")).get(0);
            assertThat(pod).containsOnlyKeys("namespace", "name", "imds", "env");
            String url = pod.get("imds")
                    + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://r.example";
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
        Path kubeconfig = folder.resolve("kubeconfig");
        Process podid = podid("serve", "--secret-file", secretFile.toString(), "--kubeconfig", kubeconfig.toString());
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
                            "kubectl --kubeconfig " + kubeconfig + " get pods -A",
                            secretFile.toString())
                    .doesNotContain("from-a-file");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kubeconfig)))
                    .isEqualTo("rw-------");
        } finally {
            podid.destroy();
        }
        assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(secretFile).as("a file that the user gave").exists();
        assertThat(kubeconfig).doesNotExist();
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
    void check_onStandardInput_printsFindingsAsJsonAndExitsWithOne() throws Exception {
        Process podid = podid("check", "--profile", "1.8.17", "--format", "json", "-");
        try (var in = podid.outputWriter(StandardCharsets.UTF_8)) {
            in.write("""
                apiVersion: v1
                kind: Pod
                metadata: {name: demo, labels: {aadpodidbinding: demo}}
                spec: {containers: []}
                """);
        }
        String findings = new String(podid.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(podid.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(podid.exitValue()).isEqualTo(1);
        assertThat(findings).startsWith("[{").contains("\"rule\":\"label-without-binding\"", "\"file\":\"-\"");
        assertThat(folder.resolve("err")).isEmptyFile();
    }

    private Process podid(String... arguments) throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        builder.environment().remove("KUBERNETES_SERVICE_HOST");
        return builder.start();
    }
}
