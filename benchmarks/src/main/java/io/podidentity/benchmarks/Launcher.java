// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs programs, one at a time, and reads from the kernel what each of them cost.
 *
 * <p>Each run goes through a small Python program ({@code launch.py} says why), in the network that the program is to
 * see. A network other than the machine's own needs Linux and the right to make one.
 */
final class Launcher {
    /**
     * What one run of a program cost.
     *
     * @param wallMillis from its start until it was gone
     * @param cpuMillis processor time of all its threads, user and system, and of the child processes it waited for
     * @param peakMegabytes the most memory it had resident
     * @param output what it wrote to standard output
     */
    record Run(double wallMillis, double cpuMillis, double peakMegabytes, String output) {}

    private final Path folder;
    private final Path launch;
    private final Path network;

    /**
     * Makes one.
     *
     * @param folder an existing folder for its scripts and for what the programs write to standard error
     */
    Launcher(Path folder) throws IOException {
        this.folder = folder;
        this.launch = script("launch.py", folder);
        this.network = script("network.sh", folder);
    }

    /** Whether this user may make networks on this machine. */
    static boolean canMakeNetworks() throws InterruptedException {
        return succeeds("unshare", "--net", "--mount", "ip", "link", "set", "lo", "up");
    }

    /** Whether there is a program of that name. */
    static boolean isInstalled(String name) throws InterruptedException {
        return succeeds("sh", "-c", "command -v " + name);
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The words that keep a program on one processor; none where that cannot be asked for. */
    static List<String> onProcessor(int number) throws InterruptedException {
        boolean canPin = Runtime.getRuntime().availableProcessors() > 1 && isInstalled("taskset");
        return canPin ? List.of("taskset", "-c", String.valueOf(number)) : List.of();
    }

    /** Writes a script from this package's resources into a folder, and makes it executable. */
    static Path script(String name, Path folder) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream script = Launcher.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IOException(name + " is not among the resources");
            }
            Files.write(file, script.readAllBytes());
        }
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
        return file;
    }

    /**
     * Runs a program until it ends.
     *
     * @param where the network it sees
     * @param program its command line, which begins with an absolute path, and all of its environment variables
     * @throws IOException if it does not end with status 0 within three minutes
     */
    Run run(Network where, ProcessBuilder program) throws IOException {
        Path log = folder.resolve(where.key() + ".log");
        List<String> words = new ArrayList<>();
        if (where != Network.OPEN) {
            words.addAll(List.of("unshare", "--net", "--mount", "/bin/sh", network.toString(), where.key()));
        }
        words.addAll(List.of("/usr/bin/python3", "-IS", launch.toString()));
        words.add(where == Network.SILENT ? Network.IMDS_ADDRESS : "");
        for (Map.Entry<String, String> variable : program.environment().entrySet()) {
            words.add(variable.getKey() + "=" + variable.getValue());
        }
        words.addAll(program.command());
        Process process = new ProcessBuilder(words)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int lastLine = all.lastIndexOf('\n') + 1;
        String[] cost = all.substring(lastLine).split(" ", -1);
        if (cost.length != 4 || !cost[3].equals("0")) {
            throw new IOException(String.join(" ", program.command()) + " failed, see " + log);
        }
        return new Run(
                Long.parseLong(cost[0]) / 1e6,
                Long.parseLong(cost[1]) / 1e3,
                Long.parseLong(cost[2]) / 1024.0,
                all.substring(0, lastLine).strip());
    }

    /** What a program sees: the machine's network, or one of its own where IMDS's address leads nowhere. */
    enum Network {
        /** The machine's own. */
        OPEN,
        /** The kernel reports at once that there is no route. */
        NO_ROUTE,
        /** The address exists, and nothing listens there. */
        REFUSED,
        /** Packets are dropped silently. */
        BLACK_HOLE,
        /** Connections are accepted and never answered. */
        SILENT;

        /** The address of the metadata service, which {@code network.sh} knows too. */
        static final String IMDS_ADDRESS = "169.254.169.254";

        /** Its name for the script and in the names of figures. */
        String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
