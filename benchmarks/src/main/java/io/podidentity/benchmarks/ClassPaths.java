// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class paths that the build wrote down: one for each peer, with no other peer's jars on it.
 *
 * @param classes the folder of this module's compiled classes
 */
record ClassPaths(Path classes) {
    /** The group of programs that need only the JDK. */
    static final String NONE = "";

    /** Those of the build that compiled this class. */
    static ClassPaths ofBuild() throws URISyntaxException {
        return new ClassPaths(Path.of(ClassPaths.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI()));
    }

    Path module() {
        return classes.resolve("../..").normalize();
    }

    /** The jars of a group, or folders of classes where the build has not packed them. */
    List<Path> jars(String group) throws IOException {
        return group.equals(NONE)
                ? List.of()
                : Stream.of(Files.readString(classes.resolveSibling("class-paths/" + group))
                                .strip()
                                .split(File.pathSeparator, -1))
                        .map(Path::of)
                        .toList();
    }

    /** The class path of a program of this module that needs these jars. */
    String with(List<Path> jars) {
        StringBuilder text = new StringBuilder();
        jars.forEach(jar -> text.append(jar).append(File.pathSeparator));
        return text.append(classes).toString();
    }
}
