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
 * The user's own kubectl, with the user's rights, on one cluster. It is found on the PATH by its absolute path, never
 * in the working folder, and run without a shell and without input.
 *
 * <p>Thread-safety: immutable. No method returns null.
 */
public final class Kubectl {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MAX_STDOUT = 32 << 20;
    private static final int MAX_STDERR = 16 << 10;
    private static final int LATE_SECONDS = 5;
    /** What klog puts before its lines, such as {@code E0101 12:00:00.000000    1234 memcache.go:265] }. */
    private static final Pattern LOG = Pattern.compile("^[EWIF]\\d{4} .*?\\] ");

    private final Path program;
    private final List<String> options;
    private final Duration limit;

    /** How a run ended, and why its exit code is not 0. Its text form shows no output, which may be secret. */
    public record Result(String stdout, Optional<KubectlException> failure) {

        static Result failed(Kind kind, String message) {
            return new Result("", Optional.of(new KubectlException(kind, message, List.of())));
        }

        @Override
        public String toString() {
            return "Result[" + failure + "]";
        }
    }

    /** Objects that were listed, and why others were not; a list of several kinds can have both. */
    public record Listing(List<Part> items, Optional<KubectlException> failure) {}

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

        /** Empty for that of the context. */
        public Optional<String> namespace() {
            return Optional.ofNullable(namespace);
        }

        public Kubectl kubectl(Map<String, String> environment) throws KubectlException {
            Kubectl kubectl = find(environment);
            kubectl = kubeconfig == null ? kubectl : kubectl.with("--kubeconfig=" + kubeconfig);
            return context == null ? kubectl : kubectl.with("--context=" + context);
        }
    }

    private Kubectl(Path program, List<String> options, Duration limit) {
        this.program = program;
        this.options = List.copyOf(options);
        this.limit = limit;
    }

    /** The one on that PATH; a failure of the kind {@link Kind#NO_PROGRAM} if no absolute folder of it has one. */
    public static Kubectl find(Map<String, String> environment) throws KubectlException {
        boolean windows = File.pathSeparatorChar == ';';
        String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
        return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
                .flatMap(Kubectl::absolute)
                .map(folder -> folder.resolve(windows ? "kubectl.exe" : "kubectl"))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .map(file -> new Kubectl(file, List.of(), LIMIT))
                .orElseThrow(() -> new KubectlException(
                        Kind.NO_PROGRAM, "kubectl is not on the PATH (only absolute folders of it count)", List.of()));
    }

    private static Stream<Path> absolute(String folder) {
        try {
            return Stream.of(Path.of(folder)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Stream.empty();
        }
    }

    /** With one more option, such as {@code --context=NAME}, in each run. */
    public Kubectl with(String option) {
        var more = new ArrayList<>(options);
        more.add(option);
        return new Kubectl(program, more, limit);
    }

    /** Where each run takes at most so long, in place of a minute. */
    Kubectl within(Duration other) {
        return new Kubectl(program, options, other);
    }

    /** Runs it, with the variables of this process. After the limit it is ended, with all that it started. */
    public Result run(String... arguments) throws InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).start();
            try {
                process.getOutputStream().close();
                return result(process);
            } finally {
                end(process);
            }
        } catch (IOException e) {
            return Result.failed(Kind.OTHER, "kubectl cannot be run: " + e.getMessage());
        }
    }

    private Result result(Process process) throws InterruptedException {
        CompletableFuture<byte[]> stderr = reading(process.getErrorStream(), MAX_STDERR);
        CompletableFuture<byte[]> stdout = reading(process.getInputStream(), MAX_STDOUT + 1);
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        end(process);
        // What it has started and left behind may hold its outputs open. An error text is welcome, and no more.
        stdout.orTimeout(LATE_SECONDS, TimeUnit.SECONDS);
        List<String> said = said(stderr.completeOnTimeout(new byte[0], LATE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(unread -> new byte[0])
                .join());
        if (!ended) {
            String more = said.isEmpty() ? "" : ": " + KubectlException.first(said);
            return Result.failed(Kind.TIMED_OUT, "kubectl did not end within " + limit.toSeconds() + " s" + more);
        }
        try {
            byte[] output = stdout.join();
            return output.length > MAX_STDOUT
                    ? Result.failed(Kind.OTHER, "kubectl printed more than " + (MAX_STDOUT >> 20) + " MiB")
                    : new Result(
                            new String(output, StandardCharsets.UTF_8),
                            process.exitValue() == 0 ? Optional.empty() : Optional.of(KubectlException.of(said)));
        } catch (CompletionException e) {
            // What was not read to its end must not pass for all of it.
            return Result.failed(Kind.OTHER, "the output of kubectl could not be read to its end: " + e.getCause());
        }
    }

    /** Reads on a thread of its own, since the common pool may have none to spare. */
    private static CompletableFuture<byte[]> reading(InputStream in, int max) {
        var read = new CompletableFuture<byte[]>();
        var thread = new Thread(
                () -> {
                    try (in) {
                        read.complete(in.readNBytes(max));
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
        // Not that of the process itself, which closes its outputs before they are read.
        process.toHandle().destroyForcibly();
    }

    private static List<String> said(byte[] stderr) {
        return new String(stderr, StandardCharsets.UTF_8)
                .lines()
                .map(line -> LOG.matcher(line).replaceFirst("").replaceAll("\\p{Cntrl}", "?"))
                .filter(line -> !line.isBlank())
                .distinct()
                .toList();
    }

    /** The object that {@code get … -o json} or {@code create token … -o json} prints; the option is added. */
    public Part json(String... arguments) throws KubectlException, InterruptedException {
        Result result = runForJson(List.of(arguments));
        if (result.failure().isPresent()) {
            throw result.failure().get();
        }
        return object(result.stdout());
    }

    /** What {@code get} lists of several kinds: of those that may not be seen it says so, and lists the others. */
    public Listing list(List<String> kinds, String... arguments) throws InterruptedException {
        if (kinds.isEmpty()) {
            return new Listing(List.of(), Optional.empty());
        }
        var all = new ArrayList<>(List.of("get", String.join(",", kinds)));
        all.addAll(List.of(arguments));
        Result result = runForJson(all);
        try {
            List<Part> items = result.stdout().isEmpty()
                    ? List.of()
                    : object(result.stdout()).at("items").items();
            return new Listing(items, result.failure());
        } catch (KubectlException e) {
            return new Listing(List.of(), Optional.of(e));
        }
    }

    private Result runForJson(List<String> arguments) throws InterruptedException {
        return run(Stream.concat(arguments.stream(), Stream.of("--output=json")).toArray(String[]::new));
    }

    private static Part object(String stdout) throws KubectlException {
        try {
            return new Part(Json.object(stdout));
        } catch (ParseException e) {
            throw new KubectlException(Kind.OTHER, "kubectl printed no JSON object", List.of());
        }
    }
}
