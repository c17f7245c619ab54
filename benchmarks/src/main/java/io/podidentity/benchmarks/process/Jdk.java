package io.podidentity.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A JDK that programs are run with.
 *
 * @param home its folder
 * @param version as it says itself, such as {@code 17.0.21}
 */
public record Jdk(Path home, String version) {
    /** The one that runs this program. */
    public static Jdk own() {
        return new Jdk(Path.of(System.getProperty("java.home")), System.getProperty("java.version"));
    }

    /** The one in a folder; empty if there is none. */
    public static Optional<Jdk> in(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(release)) {
            return Optional.empty();
        }
        for (String line : Files.readAllLines(release)) {
            if (line.startsWith("JAVA_VERSION=")) {
                return Optional.of(
                        new Jdk(home, line.substring("JAVA_VERSION=".length()).replace("\"", "")));
            }
        }
        return Optional.empty();
    }

    /** The number of its feature release, such as 17. */
    public int feature() {
        return Runtime.Version.parse(version).feature();
    }

    /** Its {@code java}. */
    public Path java() {
        return home.resolve("bin/java");
    }
}
