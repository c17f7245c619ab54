package io.podidentity.benchmarks.process;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The class paths that the build wrote down: one for each peer, with nothing of another's on it. */
public final class ClassPaths {
    /** The group of programs that need the JDK alone. */
    public static final String NONE = "";

    private final Path classes;

    /**
     * @param classes the compiled classes of this module
     */
    ClassPaths(Path classes) {
        this.classes = classes;
    }

    /** Those beside the classes that run here. */
    public static ClassPaths ofBuild() throws URISyntaxException {
        return new ClassPaths(Path.of(ClassPaths.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI()));
    }

    /** This module's folder. */
    public Path module() {
        return classes.resolve("../..").normalize();
    }

    /** A program's class path: its group's jars, and the classes of this module. */
    public String of(String group) throws IOException {
        return group.equals(NONE) ? classes.toString() : jars(group) + File.pathSeparator + classes;
    }

    /** How many jars are in a group. */
    public int count(String group) throws IOException {
        return group.equals(NONE) ? 0 : jars(group).split(File.pathSeparator, -1).length;
    }

    /** The size of a group's jars. */
    public long bytes(String group) throws IOException {
        long bytes = 0;
        if (!group.equals(NONE)) {
            for (String jar : jars(group).split(File.pathSeparator, -1)) {
                bytes += Files.size(Path.of(jar));
            }
        }
        return bytes;
    }

    private String jars(String group) throws IOException {
        return Files.readString(classes.resolveSibling("class-paths").resolve(group))
                .strip();
    }
}
