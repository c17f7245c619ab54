package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.Jdk;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is measured: {@code [--quick] [--jdk FOLDER]... [--only processes|nothing|load|demo|jmh]...}.
 *
 * @param quick few rounds, on one JDK
 * @param jdks by default the one that runs this and, unless quick, a JDK 25 beside it
 * @param only the parts; all by default
 */
record Options(boolean quick, List<Jdk> jdks, Set<String> only) {
    private static final int QUICK_ROUNDS = 5;
    private static final int ROUNDS = 21;

    static Options of(String[] arguments) throws IOException {
        boolean quick = false;
        List<Jdk> jdks = new ArrayList<>();
        Set<String> only = new TreeSet<>();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--quick" -> quick = true;
                case "--jdk" -> jdks.add(jdk(Path.of(arguments[++i])));
                case "--only" -> only.add(arguments[++i]);
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
        }
        if (jdks.isEmpty()) {
            jdks.add(Jdk.own());
            if (!quick) {
                jdks.addAll(newer());
            }
        }
        return new Options(quick, jdks, only);
    }

    boolean has(String part) {
        return only.isEmpty() || only.contains(part);
    }

    /** How many rounds count; one more is run before them. */
    int rounds() {
        return quick ? QUICK_ROUNDS : ROUNDS;
    }

    private static Jdk jdk(Path folder) throws IOException {
        return Jdk.in(folder).orElseThrow(() -> new IllegalArgumentException("no JDK in " + folder));
    }

    private static List<Jdk> newer() throws IOException {
        Path folder = Path.of("/usr/lib/jvm");
        List<Jdk> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> homes = Files.newDirectoryStream(folder, "*25*")) {
                for (Path home : homes) {
                    if (!Files.isSymbolicLink(home)) {
                        Jdk.in(home).ifPresent(found::add);
                    }
                }
            }
        }
        return found;
    }
}
