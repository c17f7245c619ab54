package io.podidentity.podid.kubectl;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.KubectlFailure.Kind;
import io.podidentity.podid.process.Captured;
import java.io.File;
import java.io.IOException;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The user's own kubectl, with the user's rights, on one cluster. It is found on the PATH by its absolute path, never
 * in the working folder, and run without a shell and without input.
 *
 * <p>Thread-safety: immutable. No method returns null.
 */
public final class Kubectl {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int FIRST_LINES = 8;
    /** What klog puts before its lines, such as {@code E0101 12:00:00.000000    1234 memcache.go:265] }. */
    private static final Pattern LOG = Pattern.compile("^[EWIF]\\d{4} .*?\\] ");

    private final Path program;
    private final List<String> options;
    private final Duration limit;

    /**
     * How a run ended. Its text form shows no output, which may be secret.
     *
     * @param failure why the exit code is not 0; empty if it is
     */
    public record Result(String stdout, Optional<KubectlFailure> failure) {

        @Override
        public String toString() {
            return "Result[" + failure + "]";
        }
    }

    private Kubectl(Path program, List<String> options, Duration limit) {
        this.program = program;
        this.options = List.copyOf(options);
        this.limit = limit;
    }

    /**
     * Finds it.
     *
     * @param environment whose PATH is searched
     * @throws KubectlException of kind {@link Kind#NO_PROGRAM} if it is not there
     */
    public static Kubectl find(Map<String, String> environment) throws KubectlException {
        boolean windows = File.pathSeparatorChar == ';';
        String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
        return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
                .flatMap(Kubectl::absolute)
                .map(folder -> folder.resolve(windows ? "kubectl.exe" : "kubectl"))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .map(file -> new Kubectl(file, List.of(), LIMIT))
                .orElseThrow(() -> new KubectlException(KubectlFailure.noProgram()));
    }

    private static Stream<Path> absolute(String folder) {
        try {
            return Stream.of(Path.of(folder)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Stream.empty();
        }
    }

    /** With this file in place of the user's usual one. */
    public Kubectl withKubeconfig(Path file) {
        return with("--kubeconfig=" + file);
    }

    /** On the cluster, as the user and in the namespace of this context. */
    public Kubectl withContext(String context) {
        return with("--context=" + context);
    }

    /** In this namespace, where the arguments name none. */
    public Kubectl withNamespace(String namespace) {
        return with("--namespace=" + namespace);
    }

    private Kubectl with(String option) {
        var more = new ArrayList<>(options);
        more.add(option);
        return new Kubectl(program, more, limit);
    }

    /** Where each run takes at most so long; a minute if nothing is said. */
    public Kubectl within(Duration other) {
        return new Kubectl(program, options, other);
    }

    public Path program() {
        return program;
    }

    /**
     * Runs it.
     *
     * @param arguments such as {@code create, token, orders}
     * @return whatever came of it, also a failure
     */
    public Result run(String... arguments) throws InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        Captured captured;
        try {
            captured = Captured.run(command, limit);
        } catch (IOException e) {
            KubectlFailure failure = KubectlFailure.other("kubectl cannot be run: " + e.getMessage());
            return new Result("", Optional.of(failure));
        }
        List<String> said = captured.stderr()
                .lines()
                .map(line -> LOG.matcher(line).replaceFirst("").replaceAll("\\p{Cntrl}", "?"))
                .filter(line -> !line.isBlank())
                .distinct()
                .limit(FIRST_LINES)
                .toList();
        return new Result(captured.stdout(), failure(captured, said));
    }

    private Optional<KubectlFailure> failure(Captured captured, List<String> said) {
        if (captured.timedOut()) {
            return Optional.of(KubectlFailure.timedOut(limit.toSeconds(), said));
        }
        return captured.exitCode() == 0 ? Optional.empty() : Optional.of(KubectlFailure.of(said));
    }

    /**
     * The object or list that {@code get … -o json} or {@code create token … -o json} prints; the option is added.
     *
     * @throws KubectlException if it fails
     */
    public Part json(String... arguments) throws KubectlException, InterruptedException {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--output=json");
        Result result = run(all.toArray(String[]::new));
        if (result.failure().isPresent()) {
            throw new KubectlException(result.failure().get());
        }
        try {
            return new Part(Json.object(result.stdout()));
        } catch (ParseException e) {
            throw new KubectlException(KubectlFailure.other("kubectl printed no JSON object"));
        }
    }
}
