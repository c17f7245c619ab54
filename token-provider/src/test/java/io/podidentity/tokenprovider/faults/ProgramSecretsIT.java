// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.tokenprovider.support.ToolFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a program that is asked for a token is told, by its own account of it, and what is left on the disk: the real
 * command line, with a real environment.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProgramSecretsIT {
    private static final String SECRET = "s3cret-of-the-caller";

    @TempDir
    private Path folder;

    private Path programs;
    private Path temporary;

    @BeforeEach
    void makeFolders() throws IOException {
        programs = Files.createDirectory(folder.resolve("programs"));
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void program_thatLooksAtItself_findsNoSecretOfTheCaller(Program program) throws Exception {
        install(program, "/bin/cat /proc/$$/environ > %1$s/environ\n/bin/cat /proc/$$/cmdline > %1$s/cmdline\n");

        assertThat(token()).isEqualTo(Fault.TOKEN_VALUE + "\n");

        assertThat(Files.readString(folder.resolve("environ")))
                .contains("HOME=" + folder, "AZURE_CONFIG_DIR=kept")
                .doesNotContain(SECRET, Fault.TOKEN_VALUE);
        assertThat(Files.readString(folder.resolve("cmdline"))).doesNotContain(SECRET, Fault.TOKEN_VALUE);
        try (Stream<Path> left = Files.walk(temporary)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    /** Whoever sets the variables of a process can run code in it; this says that nothing is added or taken away. */
    @Test
    void program_inAHostileEnvironment_hasItAsTheCallerHas() throws Exception {
        install(Program.AZ, "/bin/cat /proc/$$/environ > %1$s/environ\n");

        assertThat(token("BASH_ENV=/nowhere/x", "PYTHONPATH=/nowhere", "LD_AUDIT="))
                .isEqualTo(Fault.TOKEN_VALUE + "\n");

        assertThat(Files.readString(folder.resolve("environ"))).contains("BASH_ENV=/nowhere/x", "PYTHONPATH=/nowhere");
    }

    /** Home and temporary folder are on a disk of 64 kB without a free byte. */
    @Test
    void token_withAFullDisk_isThere() throws Exception {
        install(Program.AZ, "");
        String mount = "/bin/mount -t tmpfs -o size=64k none " + temporary + " && ";
        String fill = "{ /bin/cat /dev/zero > " + temporary + "/full 2> /dev/null || : ; } && ";
        String full = "! /bin/sh -c 'echo x > " + temporary + "/more' 2> /dev/null && ";
        List<String> isolated =
                List.of("unshare", "--mount", "/bin/sh", "-c", mount + fill + full + "exec \"$@\"", "sh");
        assumeTrue(run(with(isolated, List.of("/bin/true"))).exit() == 0, "may mount");

        assertThat(run(with(isolated, java())).text()).isEqualTo(Fault.TOKEN_VALUE + "\n");
    }

    private void install(Program program, String before) throws IOException {
        Path answer = Files.writeString(folder.resolve("answer"), program.answer());
        new ToolFolder(programs).install(program.file(), before.formatted(folder) + "exec /bin/cat " + answer + "\n");
    }

    private record Ended(int exit, String text) {}

    private String token(String... variables) throws Exception {
        return run(java(), variables).text();
    }

    private List<String> java() throws Exception {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                ProgramHygieneIT.classes(),
                "io.podidentity.tokenprovider.Main",
                "token",
                "--resource",
                "https://storage.azure.com");
    }

    private Ended run(List<String> command, String... variables) throws Exception {
        ProcessBuilder java = new ProcessBuilder(command);
        Map<String, String> environment = java.environment();
        environment.clear();
        environment.put("PATH", programs + ":/usr/bin:/bin");
        environment.put("HOME", folder.toString());
        environment.put("TMPDIR", temporary.toString());
        environment.put("AZURE_CONFIG_DIR", "kept");
        environment.put("AZURE_TOKEN_CREDENTIALS", "dev");
        environment.put("AZURE_CLIENT_SECRET", SECRET);
        environment.put("AZURE_CLIENT_CERTIFICATE_PASSWORD", SECRET);
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        File out = folder.resolve("out").toFile();
        Process process = java.redirectOutput(out)
                .redirectError(folder.resolve("err").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out.toPath()));
    }

    private static List<String> with(List<String> first, List<String> then) {
        List<String> both = new ArrayList<>(first);
        both.addAll(then);
        return both;
    }
}
