package io.podidentity.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * A JDK that runs programs.
 *
 * @param home its folder
 * @param version its own version string, such as {@code 17.0.21}
 */
record Jdk(Path home, String version) {
    static Jdk own() {
        return new Jdk(Path.of(System.getProperty("java.home")), System.getProperty("java.version"));
    }

    /** The one in a folder; empty if there is none. */
    static Optional<Jdk> in(Path home) throws IOException {
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(home.resolve("release"))) {
            return Optional.empty();
        }
        Properties release = new Properties();
        try (Reader reader = Files.newBufferedReader(home.resolve("release"))) {
            release.load(reader);
        }
        return Optional.ofNullable(release.getProperty("JAVA_VERSION"))
                .map(version -> new Jdk(home, version.replace("\"", "")));
    }

    /** The number of its feature release, such as 17. */
    int feature() {
        return Runtime.Version.parse(version).feature();
    }

    Path java() {
        return home.resolve("bin/java");
    }
}
