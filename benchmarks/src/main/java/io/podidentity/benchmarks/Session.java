package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.ClassPaths;
import io.podidentity.benchmarks.process.Command;
import io.podidentity.benchmarks.process.Jdk;
import io.podidentity.benchmarks.process.Launcher;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.process.Run;
import io.podidentity.benchmarks.report.Figures;
import io.podidentity.benchmarks.stub.StubControl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What all measurements on one JDK share. */
final class Session implements AutoCloseable {
    final Jdk jdk;
    final Options options;
    final StubControl stub;
    final ClassPaths classPaths;
    final Path folder;
    final Figures figures = new Figures();
    private final Map<Network, Launcher> launchers = new EnumMap<>(Network.class);

    /**
     * @param folder for scripts and logs
     */
    Session(Jdk jdk, Options options, StubControl stub, ClassPaths classPaths, Path folder) {
        this.jdk = jdk;
        this.options = options;
        this.stub = stub;
        this.classPaths = classPaths;
        this.folder = folder;
    }

    /** A program that sees the stub as IMDS, and no Azure CLI. */
    Command withImds(String group, Class<?> program, String... arguments) throws IOException {
        return alone(group, program, arguments).withVariable("AZURE_POD_IDENTITY_AUTHORITY_HOST", stub.url());
    }

    /** A program with nothing of Azure in its variables. */
    Command alone(String group, Class<?> program, String... arguments) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        variables.put("PATH", "/usr/bin:/bin");
        variables.put("HOME", folder.toString());
        variables.put("LANG", "C.UTF-8");
        variables.put("AZURE_CONFIG_DIR", folder.resolve("azure").toString());
        return new Command(jdk, List.of(), classPaths.of(group), program, List.of(arguments), variables);
    }

    Run run(Network network, Command command) throws IOException {
        Launcher launcher = launchers.get(network);
        if (launcher == null) {
            launcher = Launcher.in(network, folder);
            launchers.put(network, launcher);
        }
        return launcher.run(command);
    }

    /** Tells whoever waits what is under way. */
    void say(String what) {
        System.err.println("JDK " + jdk.version() + ": " + what);
    }

    @Override
    public void close() throws IOException {
        for (Launcher launcher : launchers.values()) {
            launcher.close();
        }
    }
}
