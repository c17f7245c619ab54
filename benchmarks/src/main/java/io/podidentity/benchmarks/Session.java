// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import io.podidentity.benchmarks.Launcher.Network;
import io.podidentity.benchmarks.stub.StubControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What all measurements on one JDK share.
 *
 * @param folder for scripts and logs
 */
record Session(
        Jdk jdk,
        Options options,
        StubControl stub,
        ClassPaths classPaths,
        Path folder,
        Figures figures,
        Launcher launcher) {
    /** The jars that a subject needs, by its name in the tables. */
    private static final Map<String, String> GROUPS = Map.of(
            "TokenProvider",
            "token-provider",
            "UrlConnectionAndJar",
            "token-provider",
            "UrlConnectionAndClasses",
            "token-provider",
            "Msal4jManagedIdentity",
            "msal4j",
            "JmhSession",
            "all");

    /**
     * A program that finds the stub in the place of IMDS, and no Azure CLI.
     *
     * @param subject whose jars are on its class path: the client that it measures, or the program itself
     */
    ProcessBuilder withImds(String subject, Class<?> program, String... arguments) throws IOException {
        ProcessBuilder builder = alone(subject, program, arguments);
        builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", stub.url());
        return builder;
    }

    /** A program with none of Azure's environment variables, and no Azure CLI. */
    ProcessBuilder alone(String subject, Class<?> program, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(
                List.of(jdk.java().toString(), "-cp", classPaths.with(jars(subject)), program.getName()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words);
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("HOME", folder.toString());
        environment.put("LANG", "C.UTF-8");
        environment.put("AZURE_CONFIG_DIR", folder.resolve("azure").toString());
        return builder;
    }

    /** The jars that a client or a first-token program needs, by its name in the tables. */
    List<Path> jars(String subject) throws IOException {
        if (subject.startsWith("AzureIdentity")) {
            return classPaths.jars("azure-identity");
        }
        return classPaths.jars(GROUPS.getOrDefault(subject, ClassPaths.NONE));
    }

    Launcher.Run run(Network network, ProcessBuilder program) throws IOException {
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
    void noteAfterFirst(String scenario, String row, int round, Launcher.Run run) {
        if (round > 0) {
            String name = scenario + "." + row + ".";
            figures.add(name + "wall ms", run.wallMillis());
            figures.add(name + "cpu ms", run.cpuMillis());
            figures.add(name + "peak MB", run.peakMegabytes());
        }
    }

    void say(String what) {
        System.err.println("JDK " + jdk.version() + ": " + what);
    }
}
