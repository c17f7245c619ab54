// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.kubectl;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The user's own kubectl, with the user's rights, on one cluster. It is found in the absolute folders of the PATH,
 * never in the working folder, and runs without a shell and without input.
 *
 * <p>Thread-safety: immutable. No method returns null.
 */
public final class Kubectl {

    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(60);
    private static final int MAX_STDOUT = 32 << 20;
    private static final int MAX_STDERR = 16 << 10;
    /** How long the outputs may stay open after kubectl has ended. */
    private static final int OUTPUT_SECONDS = 5;

    /** What klog puts before its lines, such as {@code E0101 12:00:00.000000    1234 memcache.go:265] }. */
    private static final Pattern LOG_PREFIX = Pattern.compile("^[EWIF]\\d{4} .*?\\] ");

    private final Path program;
    private final List<String> options;
    private final Duration limit;

    /**
     * How a run ended. The text form shows no output, which may be secret.
     *
     * @param stdout what kubectl printed, even if it failed for a part of what was asked
     * @param failure why the exit code is not 0
     */
    public record Result(String stdout, Optional<KubectlException> failure) {

        static Result fail(Kind kind, String message) {
            return new Result("", Optional.of(new KubectlException(kind, message, List.of())));
        }

        @Override
        public String toString() {
            return "Result[" + failure + "]";
        }
    }

    /** Objects that were listed, and why others were not; a list of several kinds can have both. */
    public record Listing(List<KubernetesJson> items, Optional<KubectlException> failure) {}

    /** Which cluster and namespace a command means, by the options that kubectl itself has for it. */
    public static final class Options {

        @Option(
                names = {"-n", "--namespace"},
                paramLabel = "NAMESPACE",
                description = "The namespace. Default: the namespace of kubectl's context.")
        private @Nullable String namespace;

        @Option(
                names = "--context",
                paramLabel = "CONTEXT",
                description = "The context of kubectl. Default: the current context.")
        private @Nullable String context;

        @Option(
                names = "--kubeconfig",
                paramLabel = "FILE",
                description = "The configuration file of kubectl. Default: kubectl's own.")
        private @Nullable Path kubeconfig;

        /** The namespace that the user named; empty for the namespace of the context. */
        public Optional<String> namespace() {
            return Optional.ofNullable(namespace);
        }

        /**
         * Finds kubectl, which then runs with these options.
         *
         * @throws KubectlException of the kind {@link Kind#NO_PROGRAM} if there is none
         */
        public Kubectl findKubectl(Map<String, String> environment) throws KubectlException {
            Kubectl kubectl = find(environment);
            if (kubeconfig != null) {
                kubectl = kubectl.withOption("--kubeconfig=" + kubeconfig);
            }
            if (context != null) {
                kubectl = kubectl.withOption("--context=" + context);
            }
            return kubectl;
        }
    }

    private Kubectl(Path program, List<String> options, Duration limit) {
        this.program = program;
        this.options = List.copyOf(options);
        this.limit = limit;
    }

    /**
     * Finds kubectl on the PATH of an environment.
     *
     * @throws KubectlException of the kind {@link Kind#NO_PROGRAM} if no absolute folder of the PATH has it
     */
    public static Kubectl find(Map<String, String> environment) throws KubectlException {
        boolean isWindows = File.pathSeparatorChar == ';';
        // Windows spells the variable Path.
        String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
        return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
                .flatMap(Kubectl::readAbsoluteFolder)
                .map(folder -> folder.resolve(isWindows ? "kubectl.exe" : "kubectl"))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .map(file -> new Kubectl(file, List.of(), DEFAULT_LIMIT))
                .orElseThrow(() -> new KubectlException(
                        Kind.NO_PROGRAM, "kubectl is not on the PATH (only absolute folders of it count)", List.of()));
    }

    private static Stream<Path> readAbsoluteFolder(String folder) {
        try {
            return Stream.of(Path.of(folder)).filter(Path::isAbsolute);
        } catch (InvalidPathException notAFolder) {
            return Stream.empty();
        }
    }

    /** The same kubectl with one more option, such as {@code --context=NAME}, in each run. */
    public Kubectl withOption(String option) {
        var more = new ArrayList<>(options);
        more.add(option);
        return new Kubectl(program, more, limit);
    }

    /** The same kubectl, where each run takes at most so long, in place of a minute. */
    Kubectl withLimit(Duration other) {
        return new Kubectl(program, options, other);
    }

    /** Runs kubectl with the variables of this process. After the limit, podid ends it and all that it started. */
    public Result run(String... arguments) throws InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).start();
            try {
                process.getOutputStream().close();
                return readResult(process);
            } finally {
                end(process);
            }
        } catch (IOException e) {
            return Result.fail(Kind.OTHER, "kubectl cannot be run: " + e.getMessage());
        }
    }

    private Result readResult(Process process) throws InterruptedException {
        CompletableFuture<byte[]> stderr = startReading(process.getErrorStream(), MAX_STDERR);
        CompletableFuture<byte[]> stdout = startReading(process.getInputStream(), MAX_STDOUT + 1);
        boolean hasEnded = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        end(process);
        // A program that kubectl has started and left behind may hold the outputs open. Without standard error the
        // result is only less clear, but an output that was not read to its end must not pass for all of it.
        stdout.orTimeout(OUTPUT_SECONDS, TimeUnit.SECONDS);
        stderr.completeOnTimeout(new byte[0], OUTPUT_SECONDS, TimeUnit.SECONDS);
        List<String> errorLines =
                readLines(stderr.exceptionally(unread -> new byte[0]).join());
        if (!hasEnded) {
            return failLate(errorLines);
        }
        try {
            return readResult(process.exitValue(), stdout.join(), errorLines);
        } catch (CompletionException e) {
            return Result.fail(Kind.OTHER, "the output of kubectl could not be read to its end: " + e.getCause());
        }
    }

    private static Result readResult(int exitCode, byte[] output, List<String> errorLines) {
        if (output.length > MAX_STDOUT) {
            return Result.fail(Kind.OTHER, "kubectl printed more than " + (MAX_STDOUT >> 20) + " MiB");
        }
        Optional<KubectlException> failure =
                exitCode == 0 ? Optional.empty() : Optional.of(KubectlException.read(errorLines));
        return new Result(new String(output, StandardCharsets.UTF_8), failure);
    }

    /** What kubectl said until then may tell why it is late, such as a sign-in that waits for somebody. */
    private Result failLate(List<String> errorLines) {
        String said = errorLines.isEmpty() ? "" : ": " + KubectlException.joinFirst(errorLines);
        return Result.fail(Kind.TIMED_OUT, "kubectl did not end within " + limit.toSeconds() + " s" + said);
    }

    /** Reads on a thread of its own, since the common pool may have none to spare. */
    private static CompletableFuture<byte[]> startReading(InputStream in, int max) {
        var read = new CompletableFuture<byte[]>();
        var thread = new Thread(
                () -> {
                    try (in) {
                        read.complete(in.readNBytes(max));
                        // What is too much is read too: kubectl would wait for somebody to read it.
                        in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        read.completeExceptionally(e);
                    }
                },
                "podid-output");
        thread.setDaemon(true);
        thread.start();
        return read;
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        // Not Process.destroyForcibly, which closes the outputs before they are read.
        process.toHandle().destroyForcibly();
    }

    private static List<String> readLines(byte[] stderr) {
        return new String(stderr, StandardCharsets.UTF_8)
                .lines()
                .map(line -> LOG_PREFIX.matcher(line).replaceFirst("").replaceAll("\\p{Cntrl}", "?"))
                .filter(line -> !line.isBlank())
                .distinct()
                .toList();
    }

    /**
     * Reads the object that a command prints, such as {@code get} or {@code create token}. The option {@code -o json}
     * is added.
     *
     * @throws KubectlException if kubectl fails, or prints something else
     */
    public KubernetesJson readJson(String... arguments) throws KubectlException, InterruptedException {
        Result result = runForJson(List.of(arguments));
        if (result.failure().isPresent()) {
            throw result.failure().get();
        }
        return parseObject(result.stdout());
    }

    /** Lists objects of several kinds. If the user may not list some kinds, the result has the others and says so. */
    public Listing list(List<String> kinds, String... arguments) throws InterruptedException {
        if (kinds.isEmpty()) {
            return new Listing(List.of(), Optional.empty());
        }
        var all = new ArrayList<>(List.of("get", String.join(",", kinds)));
        all.addAll(List.of(arguments));
        Result result = runForJson(all);
        try {
            KubernetesJson list = result.stdout().isEmpty() ? KubernetesJson.NONE : parseObject(result.stdout());
            return new Listing(list.at("items").items(), result.failure());
        } catch (KubectlException e) {
            return new Listing(List.of(), Optional.of(e));
        }
    }

    private Result runForJson(List<String> arguments) throws InterruptedException {
        return run(Stream.concat(arguments.stream(), Stream.of("--output=json")).toArray(String[]::new));
    }

    private static KubernetesJson parseObject(String stdout) throws KubectlException {
        try {
            return new KubernetesJson(Json.object(stdout));
        } catch (ParseException e) {
            throw new KubectlException(Kind.OTHER, "kubectl printed no JSON object", List.of());
        }
    }
}
