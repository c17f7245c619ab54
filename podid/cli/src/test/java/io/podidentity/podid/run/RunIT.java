// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.podid.apiserver.ServedCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, with the real kubectl on a served cluster. */
class RunIT {

    /** Runs on while the token in its file is replaced once. */
    private static final String UNTIL_RENEWED = "before=$(cat \"$AZURE_FEDERATED_TOKEN_FILE\"); echo ready; i=0;"
            + " while [ \"$before\" = \"$(cat \"$AZURE_FEDERATED_TOKEN_FILE\")\" ] && [ $i -lt 150 ];"
            + " do sleep 0.1; i=$((i + 1)); done; [ $i -lt 150 ] && exit 7";

    @TempDir
    private Path folder;

    private Path temporary;

    @BeforeEach
    void prepare() throws IOException {
        BorrowedCluster.assumeKubectl();
        temporary = Files.createDirectory(folder.resolve("tmp"));
    }

    private ServedCluster cluster;
    private PodIdentityEmulator azure;

    @AfterEach
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private void serve(ServedCluster served) throws IOException {
        cluster = served;
        azure = served.azure();
        cluster.writeKubeconfig(folder.resolve("config"));
    }

    private Process run(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djavax.net.ssl.trustStore=" + azure.trustStore(),
                "-Djavax.net.ssl.trustStorePassword=changeit",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                Path.of("target", "podid.jar").toString(),
                "run",
                "--kubeconfig=" + folder.resolve("config")));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        builder.environment().put("AZURE_CLIENT_SECRET", "of another");
        return builder.start();
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("podid-run-"))
                    .toList();
        }
    }

    private void assertEnds(Process podid, int exitCode) throws Exception {
        assertThat(podid.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(podid.exitValue())
                .as(Files.readString(folder.resolve("err")))
                .isEqualTo(exitCode);
    }

    @Test
    void command_always_hasTheIdentityUntilItEnds() throws Exception {
        serve(BorrowedCluster.served(1, Duration.ofSeconds(3), PodIdentityEmulator.builder()));
        Process podid = run(
                "deploy/orders",
                "--env=GREETING",
                "--",
                "sh",
                "-c",
                "echo \"$AZURE_CLIENT_ID $AZURE_TENANT_ID $AZURE_AUTHORITY_HOST $GREETING [$AZURE_CLIENT_SECRET]\"; "
                        + UNTIL_RENEWED);
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine())
                    .isEqualTo(BorrowedCluster.CLIENT_ID + " " + azure.tenantId() + " " + azure.entra() + "/ hello []");
            assertEnds(podid, 7);
            assertThat(folder.resolve("err"))
                    .content()
                    .contains(
                            "podid run: sh runs as the identity " + BorrowedCluster.CLIENT_ID
                                    + " of service account default/orders, borrowed from deployment/orders in context"
                                    + " admin, until it ends",
                            "it does not get AZURE_CLIENT_SECRET")
                    .doesNotContain("eyJ", "could not be tried");
            assertThat(left()).isEmpty();
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void sigterm_always_reachesTheCommandAndNothingIsLeft() throws Exception {
        serve(BorrowedCluster.served(1));
        Process podid = run(
                "--no-check",
                "sa/orders",
                "--",
                "sh",
                "-c",
                "sleep 60 & p=$!; trap 'kill $p; exit 9' TERM; echo ready; wait");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            assertThat(left()).hasSize(1);
            podid.destroy();
            assertEnds(podid, 9);
            assertThat(left()).isEmpty();
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void start_afterOneThatWasKilled_removesWhatItLeftAndNotWhatIsInUse() throws Exception {
        serve(BorrowedCluster.served(1));
        String[] waiting = {"--no-check", "sa/orders", "--", "sh", "-c", "echo ready; read line"};
        Process killed = run(waiting);
        Process living = run(waiting);
        try (BufferedReader ofKilled = killed.inputReader(StandardCharsets.UTF_8);
                BufferedReader ofLiving = living.inputReader(StandardCharsets.UTF_8)) {
            assertThat(ofKilled.readLine()).isEqualTo("ready");
            assertThat(ofLiving.readLine()).isEqualTo("ready");
            killed.destroyForcibly().waitFor();
            killed.getOutputStream().close();
            assertThat(left()).hasSize(2);

            assertEnds(run("--no-check", "sa/orders", "--", "true"), 0);

            assertThat(left()).hasSize(1);
        } finally {
            killed.destroyForcibly();
            living.destroyForcibly();
        }
    }

    @Test
    void command_withLend_canAskAsIfItHadAManagedIdentity() throws Exception {
        serve(BorrowedCluster.served(1));
        Process podid = run(
                "pod/orders",
                "--lend",
                "https://storage.azure.com",
                "--",
                "sh",
                "-c",
                "[ -n \"$IDENTITY_HEADER\" ] && curl -s --noproxy '*' -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\""
                        + " \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://storage.azure.com"
                        + "&client_id=$AZURE_CLIENT_ID\" | grep -o '\"client_id\":\"[^\"]*\"'");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("\"client_id\":\"" + BorrowedCluster.CLIENT_ID + "\"");
            assertEnds(podid, 0);
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void command_ofAnAccountThatEntraDoesNotTrust_isNotStarted() throws Exception {
        serve(BorrowedCluster.served(
                1,
                Duration.ofDays(1),
                PodIdentityEmulator.builder()
                        .withoutAssumedCredentials()
                        .federatedServiceAccount(
                                BorrowedCluster.CLIENT_ID, "system:serviceaccount:other:orders", Duration.ZERO)));
        Process podid = run("deploy/orders", "--", "echo", "started");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.lines()).isEmpty();
            assertEnds(podid, 1);
            assertThat(folder.resolve("err"))
                    .content()
                    .contains(
                            "AADSTS700213",
                            "az identity federated-credential create --name default-orders --identity-name \"$(az identity list",
                            "--issuer " + azure.clusterIssuer().orElseThrow()
                                    + " --subject system:serviceaccount:default:orders --audiences"
                                    + " api://AzureADTokenExchange");
            assertThat(left()).isEmpty();
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void authorityHost_always_winsOverThatOfTheCluster() throws Exception {
        serve(BorrowedCluster.served(0));
        Process podid = run(
                "--no-check",
                "--authority-host=https://login.chinacloudapi.cn/",
                "deploy/orders",
                "--",
                "sh",
                "-c",
                "echo $AZURE_AUTHORITY_HOST");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            String first = out.readLine();
            assertEnds(podid, 0);
            assertThat(first).isEqualTo("https://login.chinacloudapi.cn/");
        } finally {
            podid.destroyForcibly();
        }
    }

    /** Nothing runs, so the webhook's own configuration says which tenant and cloud. */
    @Test
    void workload_thatIsScaledDown_hasItsIdentityAllTheSame() throws Exception {
        serve(BorrowedCluster.served(0));
        Process podid =
                run("--no-check", "deploy/orders", "--", "sh", "-c", "echo \"$AZURE_TENANT_ID $AZURE_AUTHORITY_HOST\"");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            String first = out.readLine();
            assertEnds(podid, 0);
            assertThat(first).isEqualTo(BorrowedCluster.TENANT_ID + " https://login.microsoftonline.com/");
        } finally {
            podid.destroyForcibly();
        }
    }
}
