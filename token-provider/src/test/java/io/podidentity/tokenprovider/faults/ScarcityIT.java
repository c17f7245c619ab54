// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that run out of what a machine has, each in a JVM of its own: no call hangs, and all is well afterwards. Not
 * in each build: how much is left when nothing is left differs from run to run.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "podidentity.faults.all", matches = "true")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScarcityIT {
    @TempDir
    private Path folder;

    @Test
    void call_whenNoThreadCanBeStarted_saysSoAtOnce() throws Exception {
        List<String> said = run("ulimit -v 1500000; exec \"$@\"", "threads");

        assertThat(said).hasSize(8).startsWith("before: a token", "before, async: a token");
        assertThat(said).endsWith("afterwards: a token", "afterwards, async: a token");
        // A thread of the JVM may end at that very moment, and leave room for one.
        assertThat(said.subList(2, 6))
                .allMatch(line -> line.endsWith(": SERVICE_UNAVAILABLE, transient") || line.endsWith(": a token"))
                .anyMatch(line -> line.endsWith(": SERVICE_UNAVAILABLE, transient"));
    }

    @Test
    void call_whenAnotherThreadTakesAllMemory_endsAllTheSame() throws Exception {
        List<String> said = run("exec \"$@\"", "memory");

        assertThat(said).hasSize(4).contains("before: a token", "afterwards: a token", "afterwards, async: a token");
        assertThat(said.get(1)).contains("a token=").doesNotContain("hangs", "null", "Exception");
    }

    private List<String> run(String shell, String what) throws Exception {
        Path said = folder.resolve("said");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        shell,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:disable",
                        "-Xmx48m",
                        "-Xms48m",
                        "-XX:+UseSerialGC",
                        "-XX:ReservedCodeCacheSize=24m",
                        "-XX:CompressedClassSpaceSize=24m",
                        "-Djava.util.logging.config.file=" + Files.createFile(folder.resolve("silence")),
                        "-cp",
                        classes(AzureServiceTokenProvider.class) + File.pathSeparator + classes(Scarcity.class),
                        Scarcity.class.getName(),
                        what)
                .redirectOutput(said.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as(() -> said + " " + errors)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(said);
    }

    private static Path classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
