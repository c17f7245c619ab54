// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** @throws IllegalArgumentException if there is none in the folder */
    static Jdk in(Path home) throws IOException {
        Path release = home.resolve("release");
        String text = Files.isReadable(release) ? Files.readString(release) : "";
        Matcher version = Pattern.compile("(?m)^JAVA_VERSION=\"(.+)\"").matcher(text);
        if (!version.find() || !Files.isExecutable(home.resolve("bin/java"))) {
            throw new IllegalArgumentException("no JDK in " + home);
        }
        return new Jdk(home, version.group(1));
    }

    /** The number of its feature release, such as 17. */
    int feature() {
        return Runtime.Version.parse(version).feature();
    }

    Path java() {
        return home.resolve("bin/java");
    }
}
