// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.ToolFolder;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What many calls of programs leave behind, and what is never run. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProgramHygieneIT {
    private static final String RESOURCE = "https://storage.azure.com";
    private static final int MANY = 200;

    @TempDir
    private Path folder;

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    @Test
    void getAccessToken_byManyThreadsAtOnce_startsOneProgram() throws Exception {
        Path starts = folder.resolve("starts");
        Path answer = Files.writeString(folder.resolve("answer"), Program.AZ.answer());
        new ToolFolder(folder)
                .install("az", "echo x >> " + starts + "\n/bin/sleep 0.2\nexec /bin/cat " + answer + "\n");
        AzureServiceTokenProvider provider = provider();
        ExecutorService callers = Executors.newFixedThreadPool(MANY);
        CountDownLatch ready = new CountDownLatch(MANY);
        List<Future<String>> tokens = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            tokens.add(callers.submit(() -> {
                ready.countDown();
                ready.await();
                return provider.getAccessToken(RESOURCE);
            }));
        }
        for (Future<String> token : tokens) {
            assertThat(token.get(60, TimeUnit.SECONDS)).isEqualTo(Fault.TOKEN_VALUE);
        }
        callers.shutdown();

        assertThat(Files.readAllLines(starts)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exec /bin/cat ANSWER | 10000 | true",
                "echo 'ERROR: x' >&2; exit 1 | 10000 | false",
                "exec /bin/sleep 600 | 20 | false",
                "/bin/cat ANSWER; /bin/true & exit 0 | 10000 | true"
            })
    void getAccessToken_manyTimes_leavesNoFileOpenAndNoProcess(String script, int deadline, boolean good)
            throws Exception {
        Path answer = Files.writeString(folder.resolve("answer"), Program.AZ.answer());
        new ToolFolder(folder).install("az", script.replace("ANSWER", answer.toString()) + "\n");
        AzureServiceTokenProvider provider = provider();
        Duration limit = Duration.ofMillis(deadline);
        call(provider, TokenRequest.forResource(RESOURCE).withDeadline(limit), good);
        long before = openFiles();

        for (int i = 0; i < MANY / 4; i++) {
            // Each of its own, since a token is kept, and a failure for a moment.
            call(provider, TokenRequest.forResource(RESOURCE + "/" + i).withDeadline(limit), good);
        }

        awaitOpenFiles(before);
        assertThat(ProcessesOf.variable("PATH", folder.toString()).awaitNone()).isTrue();
    }

    /** Where a program is looked for, and whether one that lies in the working folder may be run. */
    @ParameterizedTest
    @CsvSource({
        "'', false",
        "., false",
        ":, false",
        "./:../folder:bin, false",
        "FOLDER, true",
        "./:FOLDER, true",
    })
    void explain_inAFolderWithProgramsOfAnother_runsNone(String path, boolean runs) throws Exception {
        Path ran = folder.resolve("ran");
        Path here = Files.createDirectory(folder.resolve("folder"));
        Path below = Files.createDirectory(here.resolve("bin"));
        for (Path place : List.of(here, below)) {
            for (String name : List.of("az", "azd", "pwsh", "sh", "env", "python3", "cat")) {
                new ToolFolder(place).install(name, ": > " + ran + "\nexit 1\n");
            }
        }
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes(),
                "io.podidentity.tokenprovider.Main",
                "explain");
        java.directory(here.toFile());
        java.environment().clear();
        java.environment()
                .putAll(Map.of(
                        "PATH",
                        path.replace("FOLDER", here.toString()),
                        "HOME",
                        "/nowhere",
                        "AZURE_TOKEN_CREDENTIALS",
                        "dev"));
        File said = folder.resolve("said").toFile();
        Process process = java.redirectErrorStream(true).redirectOutput(said).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).as(Files.readString(said.toPath())).isEqualTo(1);
        assertThat(Files.exists(ran)).as(Files.readString(said.toPath())).isEqualTo(runs);
    }

    private AzureServiceTokenProvider provider() {
        Environment environment = new Environment(Map.of("PATH", folder.toString()), false, false, "/nowhere");
        return AzureServiceTokenProvider.builder()
                .environment(Map.of())
                .sources(List.of(Program.AZ.source(environment)))
                .build();
    }

    private static void call(AzureServiceTokenProvider provider, TokenRequest request, boolean good) {
        if (good) {
            assertThat(provider.getAuthenticationResult(request).value()).isEqualTo(Fault.TOKEN_VALUE);
        } else {
            assertThatExceptionOfType(TokenAcquisitionException.class)
                    .isThrownBy(() -> provider.getAuthenticationResult(request));
        }
    }

    /** The JDK closes those of a process that has ended a moment later, on a thread of its own. */
    private static void awaitOpenFiles(long most) throws IOException, InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int look = 0; look < 100 && openFiles() > most; look++) {
            assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(openFiles()).isLessThanOrEqualTo(most);
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    static String classes() throws URISyntaxException {
        return Path.of(AzureServiceTokenProvider.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
    }
}
