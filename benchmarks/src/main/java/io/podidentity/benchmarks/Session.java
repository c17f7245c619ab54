package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.ClassPaths;
import io.podidentity.benchmarks.process.Jdk;
import io.podidentity.benchmarks.process.Launcher;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.process.Run;
import io.podidentity.benchmarks.report.Figures;
import io.podidentity.benchmarks.stub.StubControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What all measurements on one JDK share. */
final class Session {
    final Jdk jdk;
    final Options options;
    final StubControl stub;
    final ClassPaths classPaths;
    final Path folder;
    final Figures figures = new Figures();
    private final Launcher launcher;

    /**
     * @param folder for scripts and logs
     */
    Session(Jdk jdk, Options options, StubControl stub, ClassPaths classPaths, Path folder) throws IOException {
        this.jdk = jdk;
        this.options = options;
        this.stub = stub;
        this.classPaths = classPaths;
        this.folder = folder;
        this.launcher = new Launcher(folder);
    }

    /**
     * A program that finds the stub in the place of IMDS, and no Azure CLI.
     *
     * @param subject whose jars are on its class path: the client that it measures, or the program itself
     */
    ProcessBuilder withImds(String subject, Class<?> program, String... arguments) throws IOException {
        return withImds(jars(subject), program, arguments);
    }

    /** The same with these jars on its class path. */
    ProcessBuilder withImds(List<Path> jars, Class<?> program, String... arguments) {
        ProcessBuilder builder = program(jars, program, arguments);
        builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", stub.url());
        return builder;
    }

    /** A program with none of Azure's environment variables, and no Azure CLI. */
    ProcessBuilder alone(String subject, Class<?> program, String... arguments) throws IOException {
        return program(jars(subject), program, arguments);
    }

    /** The jars that a client or a first-token program needs, by its name in the tables. */
    List<Path> jars(String subject) throws IOException {
        String group = subject.startsWith("AzureIdentity")
                ? "azure-identity"
                : switch (subject) {
                    case "TokenProvider", "UrlConnectionAndJar", "UrlConnectionAndClasses" -> "token-provider";
                    case "Msal4jManagedIdentity" -> "msal4j";
                    default -> ClassPaths.NONE;
                };
        return classPaths.jars(group);
    }

    private ProcessBuilder program(List<Path> jars, Class<?> program, String... arguments) {
        List<String> words =
                new ArrayList<>(List.of(jdk.java().toString(), "-cp", classPaths.with(jars), program.getName()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH",
                        "/usr/bin:/bin",
                        "HOME",
                        folder.toString(),
                        "LANG",
                        "C.UTF-8",
                        "AZURE_CONFIG_DIR",
                        folder.resolve("azure").toString()));
        return builder;
    }

    Run run(Network network, ProcessBuilder program) throws IOException {
        return launcher.run(network, program);
    }

    /**
     * Runs a program for the classes that it loads.
     *
     * @param jar whose classes are counted as its own
     */
    LoadedClasses classes(ProcessBuilder program, Path jar) throws IOException {
        Path log = folder.resolve("classes.log");
        program.command().add(1, "-Xlog:class+load:file=" + log);
        run(Network.OPEN, program);
        return LoadedClasses.of(Files.readString(log), jar);
    }

    /** Notes what a program cost, except in round 0, which warms up the machine's caches and the stub. */
    void noteAfterFirst(String scenario, String row, int round, Run run) {
        if (round > 0) {
            String name = scenario + "." + row + ".";
            figures.add(name + "wall ms", run.wallMillis());
            figures.add(name + "cpu ms", run.cpuMillis());
            figures.add(name + "peak MB", run.peakMegabytes());
        }
    }

    /** Tells whoever waits what is under way. */
    void say(String what) {
        System.err.println("JDK " + jdk.version() + ": " + what);
    }
}
