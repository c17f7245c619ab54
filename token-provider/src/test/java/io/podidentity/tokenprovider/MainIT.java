// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in a process of its own, as somebody would start it in a pod. */
class MainIT {
    private static final String MORE =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#";

    @TempDir
    private Path folder;

    private HttpServer imds;
    private volatile int status = 200;
    private volatile String body = "";

    @BeforeEach
    void start() throws IOException {
        imds = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        imds.createContext("/metadata/identity/oauth2/token", exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        imds.start();
        body = "{\"access_token\":\"" + Tokens.jwt(Map.of("appid", "a", "oid", "o", "tid", "t"))
                + "\",\"expires_on\":\"" + Instant.now().plusSeconds(3600).getEpochSecond() + "\"}";
    }

    @AfterEach
    void stop() {
        imds.stop(0);
    }

    @Test
    void explain_withAnIdentity_saysWhoseAndDoesNotShowTheToken() throws Exception {
        Run run = run("explain", "--resource", "https://storage.azure.com/");

        assertThat(run.exitCode).isZero();
        assertThat(run.stdout)
                .startsWith(
                        "Token for https://storage.azure.com/ from IMDS\n  principal: App a, object ID o, tenant t\n")
                .contains("IMDS: got the token (")
                .contains("Azure CLI: not tried")
                .doesNotContain("ey");
        assertThat(run.stderr).isEmpty();
    }

    @Test
    void explain_asJson_isOneObject() throws Exception {
        Run run = run("explain", "--json");

        assertThat(run.exitCode).isZero();
        assertThat(JsonReader.readObject(run.stdout))
                .containsEntry("source", "IMDS")
                .doesNotContainKey("failure");
    }

    @Test
    void token_withAnIdentity_printsItAlone() throws Exception {
        Run run = run("token", "--resource", "https://storage.azure.com/");

        assertThat(run.exitCode).isZero();
        assertThat(run.stdout.split("\\.")).hasSize(3);
        assertThat(run.stdout).doesNotContain(" ").endsWith("\n");
    }

    @Test
    void token_withoutAnIdentity_printsNothingOnStandardOutput() throws Exception {
        status = 400;
        body = "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";

        Run run = run("token", "--resource", "https://storage.azure.com/");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.stdout).isEmpty();
        assertThat(run.stderr.replaceAll("\\d+ ms", "N ms"))
                .isEqualTo("No token for https://storage.azure.com/ (NO_SOURCE_AVAILABLE).\n"
                        + "  IMDS: unavailable (N ms): HTTP 400 \"invalid_request\": Identity not found."
                        + " Assign a managed identity to this machine or pod.\n"
                        + "  Azure CLI: unavailable (N ms): az is not installed."
                        + " Install it, or set AzureCLIPath to its folder.\n"
                        + "  Azure Developer CLI: unavailable (N ms): azd is not installed.\n"
                        + "  Azure PowerShell: unavailable (N ms): PowerShell is not installed.\n"
                        + "  More: " + MORE + "no-source-available\n");
    }

    @Test
    void token_asAModuleWithNoOther_printsItToo() throws Exception {
        Run run = runJava(
                List.of(
                        "--module-path",
                        "target/classes",
                        "--module",
                        "io.podidentity.tokenprovider/io.podidentity.tokenprovider.Main"),
                "token",
                "--resource",
                "https://storage.azure.com/");

        assertThat(run.stderr).isEmpty();
        assertThat(run.stdout.split("\\.")).hasSize(3);
    }

    @Test
    void token_withAConnectionString_asksThatSourceAlone() throws Exception {
        Run run = run("explain", "--connection-string", "RunAs=App;AppId=a");

        assertThat(run.exitCode).isZero();
        assertThat(run.stdout).contains("IMDS: got the token (").doesNotContain("Azure CLI");
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return runJava(List.of("-cp", "target/classes", "io.podidentity.tokenprovider.Main"), arguments);
    }

    private Run runJava(List<String> program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(program);
        command.addAll(List.of(arguments));
        Path stdout = folder.resolve("stdout");
        Path stderr = folder.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", folder.toString());
        builder.environment()
                .put(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        "http://127.0.0.1:" + imds.getAddress().getPort());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(stdout), Files.readString(stderr));
    }

    private record Run(int exitCode, String stdout, String stderr) {}
}
