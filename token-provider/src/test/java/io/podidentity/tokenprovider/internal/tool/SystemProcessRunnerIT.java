// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: small scripts. */
@Timeout(60)
class SystemProcessRunnerIT {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int KEPT_BYTES = 256 * 1024;

    @TempDir
    private Path folder;

    private final SystemProcessRunner runner = new SystemProcessRunner(Environment.ofProcess());

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    @Test
    void run_always_keepsTheTwoOutputsApart() throws Exception {
        assertThat(run("echo out; echo err >&2; echo more; exit 3", LONG))
                .isEqualTo(new ProcessRunner.Result(false, 3, "out\nmore\n", "err\n"));
    }

    /** The JDK's thread that waits for processes outlives them, and whatever program was unloaded meanwhile. */
    @Test
    void run_always_leavesNoLoaderOfTheCallersBehind() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader unloaded = new ClassLoader(null) {};
        Thread.currentThread().setContextClassLoader(unloaded);
        try {
            // More at once than there can be waiting threads of earlier tests.
            for (int i = 0; i < 3; i++) {
                run("exit 0", LONG);
            }
            assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(unloaded);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("process reaper"))
                .isNotEmpty()
                .allSatisfy(thread -> assertThat(thread.getContextClassLoader()).isNotSameAs(unloaded));
    }

    @Test
    void run_ofASilentProgram_isEmpty() throws Exception {
        assertThat(run("exit 0", LONG)).isEqualTo(new ProcessRunner.Result(false, 0, "", ""));
    }

    @Test
    void run_always_passesArgumentsAsTheyAre() throws Exception {
        Path script = script("for a in \"$@\"; do echo \"[$a]\"; done");

        ProcessRunner.Result result = runner.run(
                List.of(script.toString(), "a b", "", "$HOME", "'", "\"", "*", "; echo x", "\u00fc"), LONG.toNanos());

        assertThat(result.stdout()).isEqualTo("[a b]\n[]\n[$HOME]\n[']\n[\"]\n[*]\n[; echo x]\n[\u00fc]\n");
    }

    @Test
    void run_whenMuchComesOnStderrFirst_doesNotBlock() throws Exception {
        ProcessRunner.Result result = run("head -c 300000 /dev/zero | tr '\\0' e >&2; echo out", LONG);

        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("e".repeat(KEPT_BYTES));
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void run_whenMuchComesOnBoth_keepsTheBeginnings() throws Exception {
        ProcessRunner.Result result =
                run("head -c 3000000 /dev/zero | tr '\\0' e >&2; head -c 3000000 /dev/zero | tr '\\0' o; exit 4", LONG);

        assertThat(result.stdout()).isEqualTo("o".repeat(KEPT_BYTES));
        assertThat(result.stderr()).isEqualTo("e".repeat(KEPT_BYTES));
        assertThat(result.exitCode()).isEqualTo(4);
    }

    @Test
    void run_always_givesNothingToRead() throws Exception {
        assertThat(run("cat; echo \"read: $?\"", LONG).stdout()).isEqualTo("read: 0\n");
    }

    @Test
    void run_always_runsInTheRootFolder() throws Exception {
        assertThat(run("pwd", LONG).stdout()).isEqualTo("/\n");
    }

    @Test
    void run_withTheProcessesOwnVariables_inheritsThem() throws Exception {
        assertThat(run("echo \"$PATH\"", LONG).stdout()).isEqualTo(System.getenv("PATH") + "\n");
    }

    @Test
    void run_withOtherVariables_hasThoseAlone() throws Exception {
        SystemProcessRunner other =
                new SystemProcessRunner(new Environment(Map.of("ONE", "1 2"), false, false, "/nowhere"));

        ProcessRunner.Result result = other.run(List.of("/usr/bin/env"), LONG.toNanos());

        assertThat(result.stdout()).isEqualTo("ONE=1 2\n");
    }

    @Test
    void run_whenTheProgramHangs_killsItAndAllThatItStarted() throws Exception {
        Path pids = folder.resolve("pids");
        String script = """
                echo before
                echo problem >&2
                /bin/sh -c 'sleep 600 & echo $! >>"$0"; echo $$ >>"$0"; wait' "$1" &
                echo $$ >>"$1"
                wait
                """;

        ProcessRunner.Result result = runner.run(List.of(script(script).toString(), pids.toString()), 2_000_000_000L);

        assertThat(result).isEqualTo(new ProcessRunner.Result(true, -1, "before\n", "problem\n"));
        assertThat(Files.readAllLines(pids)).hasSize(3).allSatisfy(SystemProcessRunnerIT::assertGone);
    }

    @Test
    void run_whenTheProgramRefusesToEnd_killsIt() throws Exception {
        Path pids = folder.resolve("pids");
        Path script = script("trap '' TERM INT HUP; echo $$ >>\"$1\"; while :; do :; done");

        ProcessRunner.Result result = runner.run(List.of(script.toString(), pids.toString()), 1_000_000_000L);

        assertThat(result.timedOut()).isTrue();
        assertThat(Files.readAllLines(pids)).hasSize(1).allSatisfy(SystemProcessRunnerIT::assertGone);
    }

    @Test
    void run_whenTheProgramClosesItsOutputsAndHangs_killsIt() throws Exception {
        Path pids = folder.resolve("pids");
        Path script = script("echo $$ >>\"$1\"; exec >&- 2>&-; exec sleep 600");

        ProcessRunner.Result result = runner.run(List.of(script.toString(), pids.toString()), 1_000_000_000L);

        assertThat(result.timedOut()).isTrue();
        assertThat(Files.readAllLines(pids)).hasSize(1).allSatisfy(SystemProcessRunnerIT::assertGone);
    }

    @Test
    void run_whenAProcessThatItLeftHoldsTheOutputs_doesNotWaitForIt() throws Exception {
        Path pids = folder.resolve("pids");
        Path script = script("echo out; sleep 600 & echo $! >>\"$1\"; exit 5");
        try {
            long start = System.nanoTime();
            ProcessRunner.Result result = runner.run(List.of(script.toString(), pids.toString()), LONG.toNanos());

            assertThat(result).isEqualTo(new ProcessRunner.Result(false, 5, "out\n", ""));
            // While that process still holds them.
            ThreadsOfOurs.awaitNone();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG.dividedBy(2));
        } finally {
            for (String pid : Files.readAllLines(pids)) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    @Test
    void run_whenInterrupted_killsAllAndThrows() throws Exception {
        Path pids = folder.resolve("pids");
        Path ready = folder.resolve("ready");
        Path script = script("sleep 600 & echo $! >>\"$1\"; echo $$ >>\"$1\"; : >\"$2\"; wait");
        FutureTask<ProcessRunner.Result> task = new FutureTask<>(
                () -> runner.run(List.of(script.toString(), pids.toString(), ready.toString()), LONG.toNanos()));
        Thread thread = new Thread(task, "caller");
        try (WatchService watch = folder.getFileSystem().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            thread.start();
            awaitFile(ready, watch);
        }

        thread.interrupt();

        assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Files.readAllLines(pids)).hasSize(2).allSatisfy(SystemProcessRunnerIT::assertGone);
    }

    @Test
    void run_whenTheLimitIsNothing_killsItAtOnce() throws Exception {
        // One process only: a process that is started between the listing of children and the kill would be missed.
        assertThat(run("exec sleep 600", Duration.ZERO).timedOut()).isTrue();
    }

    @Test
    void run_whenTheProgramIsNotThere_throws() {
        String program = folder.resolve("gone").toString();

        assertThatThrownBy(() -> runner.run(List.of(program), LONG.toNanos()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(program);
    }

    @Test
    void run_whenTheFileIsNotExecutable_throws() throws IOException {
        String program = Files.writeString(folder.resolve("text"), "echo").toString();

        assertThatThrownBy(() -> runner.run(List.of(program), LONG.toNanos())).isInstanceOf(IOException.class);
    }

    @Test
    void run_manyTimes_neverLosesOutput() throws Exception {
        Path script = script("head -c 20000 /dev/zero | tr '\\0' o; head -c 20000 /dev/zero | tr '\\0' e >&2");
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ProcessRunner.Result result = runner.run(List.of(script.toString()), LONG.toNanos());
            lengths.add(result.stdout().length() + result.stderr().length());
        }

        assertThat(lengths).containsOnly(40_000);
    }

    @Test
    void toString_ofAResult_showsNoOutput() throws Exception {
        assertThat(run("echo s3cr3t; exit 3", LONG)).hasToString("exit 3 with 7 characters");
        assertThat(new ProcessRunner.Result(true, -1, "s3cr3t", "s3cr3t")).hasToString("killed with 6 characters");
    }

    private static void awaitFile(Path file, WatchService watch) throws InterruptedException {
        while (Files.notExists(file)) {
            WatchKey key = watch.poll(20, TimeUnit.SECONDS);
            assertThat(key).as("the script wrote " + file).isNotNull();
            key.reset();
        }
    }

    private static void assertGone(String pid) throws Exception {
        Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(pid));
        if (left.isPresent()) {
            left.get().onExit().get(20, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    private ProcessRunner.Result run(String script, Duration limit) throws Exception {
        return runner.run(List.of(script(script).toString()), limit.toNanos());
    }

    private Path script(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("script"), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
