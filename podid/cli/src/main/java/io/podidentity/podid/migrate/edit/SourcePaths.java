// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.nio.file.Path;

/** The two forms of a path: absolute to compare, and relative to show. */
public final class SourcePaths {

    private SourcePaths() {}

    /** Makes a path absolute, without {@code .} and {@code ..}. */
    static Path makeAbsolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Makes a path as a user would write it: relative if it is below the working folder. */
    public static Path makeRelative(Path path) {
        Path workingFolder = Path.of("").toAbsolutePath();
        return path.isAbsolute() && path.startsWith(workingFolder) ? workingFolder.relativize(path) : path;
    }
}
