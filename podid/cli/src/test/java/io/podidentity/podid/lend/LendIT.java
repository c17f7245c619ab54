// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process of its own, on a machine where nobody is signed in to az. */
class LendIT {

    @TempDir
    private Path folder;

    @Test
    void command_always_hasTheVariablesAndItsExitCodeIsPodids() throws Exception {
        Process podid = lend(
                "--",
                "sh",
                "-c",
                "case \"$IDENTITY_ENDPOINT $IDENTITY_HEADER\" in http://127.0.0.1:*/msi/token\\ ?*) exit 7;; esac");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.lines()).as("nothing but what the command prints").isEmpty();
            assertEnds(podid, 7);
            assertThat(folder.resolve("err"))
                    .content()
                    .contains("there is no token yet", "Azure CLI", "to sh, until ", "stays good until it expires");
        } finally {
            podid.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void signal_always_reachesTheCommand(String signal) throws Exception {
        Process podid =
                lend("--", "sh", "-c", "sleep 60 & p=$!; trap 'kill $p; exit 9' " + signal + "; echo ready; wait");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            new ProcessBuilder("kill", "-" + signal, Long.toString(podid.pid()))
                    .start()
                    .waitFor();
            assertEnds(podid, 9);
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void lend_withoutACommand_printsWhatToPasteAndEndsBySigterm() throws Exception {
        Process podid = lend("--name", "orders", "--name", "billing");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            var lines = new ArrayList<String>();
            for (String line = out.readLine();
                    line != null && !line.startsWith("A line per token");
                    line = out.readLine()) {
                lines.add(line);
            }
            podid.destroy();
            assertThat(String.join("\n", lines))
                    .contains("# orders\n  export IDENTITY_ENDPOINT=http://127.0.0.1:", "# billing\n  export")
                    .contains(
                            "docker run -e IDENTITY_ENDPOINT -e IDENTITY_HEADER", "remoteEnv", "host.docker.internal");
            assertEnds(podid, 0);
        } finally {
            podid.destroyForcibly();
        }
    }

    @Test
    void lend_whenItsTimeIsOver_ends() throws Exception {
        Process podid = lend("--json", "--for", "1s");
        try (BufferedReader out = podid.inputReader(StandardCharsets.UTF_8)) {
            assertThat(Json.object(out.readLine())).containsOnlyKeys("url", "until", "borrowers");
            assertEnds(podid, 0);
        } finally {
            podid.destroyForcibly();
        }
    }

    /** The real one takes more than a second of processor time to say the same, which e2e hears from it. */
    private Path signedOutAz() throws IOException {
        Path az = Files.writeString(folder.resolve("az"), """
                #!/bin/sh
                echo "ERROR: Please run 'az login' to setup account." >&2
                exit 1
                """);
        assertThat(az.toFile().setExecutable(true)).isTrue();
        return az;
    }

    private static void assertEnds(Process podid, int exitCode) throws InterruptedException {
        assertThat(podid.waitFor(20, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(podid.exitValue()).isEqualTo(exitCode);
    }

    private Process lend(String... arguments) throws IOException {
        var command = new ArrayList<String>();
        if (OS.LINUX.isCurrentOs()) {
            // A build that was started to ignore a signal, as by nohup, would have podid ignore it too.
            command.addAll(List.of("env", "--default-signal"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                Path.of("target", "podid.jar").toString(),
                "lend",
                "--allow",
                Lender.RESOURCE,
                "--as",
                "RunAs=Developer; DeveloperTool=AzureCli"));
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        builder.environment().put("AZURE_CONFIG_DIR", folder.resolve("azure").toString());
        builder.environment().merge("PATH", signedOutAz().getParent().toString(), (path, az) -> az + ":" + path);
        return builder.start();
    }
}
