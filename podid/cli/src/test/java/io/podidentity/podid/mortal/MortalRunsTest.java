// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.mortal;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.mortal.Fate.End;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever call is the last one of a process, either nothing has changed, or the next run says so and completes it; on
 * a full disk nothing changes, or all that was asked for.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Its files have no POSIX permissions")
class MortalRunsTest {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path MANIFESTS = Path.of("src", "test", "resources", "mortal");

    @TempDir
    private Path folder;

    static Stream<Arguments> commands() {
        return Stream.of(End.values())
                .flatMap(end -> Stream.of(
                                "check --profile=1.8.17 --fix IN",
                                "migrate IN -o OUT",
                                "migrate IN -o OUT --force",
                                "migrate IN -o OUT --in-place")
                        .map(command -> Arguments.of(end, command)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void run_endedAtEachCall_leavesAllOrNothingOrATraceForTheNext(End end, String command) throws Exception {
        List<String> lines = runs(end, command);

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).matches("[1-9][0-9]* calls");
        System.out.println(end + " " + command + ": " + lines.get(0));
    }

    @Test
    void fate_always_endsAndFillsAtTheChosenCall() throws Exception {
        assertThat(runs(End.PROCESS_ENDS, "check IN --fail-on=error"))
                .first()
                .asString()
                .contains("changes nothing");
    }

    private List<String> runs(End end, String command) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(
                JAVA.toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + MortalFileSystemProvider.class.getName(),
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-Dpodidentity.long=" + Boolean.getBoolean("podidentity.long"),
                "-Dpodidentity.attacks=" + Boolean.getBoolean("podidentity.attacks"),
                "-cp",
                System.getProperty("java.class.path"),
                MortalRuns.class.getName(),
                folder.toString(),
                MANIFESTS
                        .resolve(command.startsWith("check") ? "fix" : "migrate")
                        .toString(),
                end.name()));
        arguments.addAll(List.of(command.split(" ", -1)));
        Path out = folder.resolve("runs.txt");
        Process process = new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        process.waitFor();
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }
}
