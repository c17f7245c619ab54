// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Files and folders that a user does not want to be looked at, as patterns such as {@code test/**} or {@code
 * *.tmp.yaml}. A pattern is matched from the working directory, and from each folder below it. Immutable.
 *
 * @since 0.1.0
 */
public final class ExcludedPaths {

    public static final ExcludedPaths NONE = new ExcludedPaths(List.of());

    private final List<PathMatcher> patterns;

    private ExcludedPaths(List<PathMatcher> patterns) {
        this.patterns = patterns;
    }

    /**
     * Takes a folder with all that is in it, or a pattern as {@code glob} of {@link FileSystems} has it.
     *
     * @throws ManifestException if a pattern is none
     */
    public static ExcludedPaths of(List<String> patterns) {
        return new ExcludedPaths(
                patterns.stream().flatMap(ExcludedPaths::matchers).toList());
    }

    /** A folder with all that is in it, or a pattern. */
    private static Stream<PathMatcher> matchers(String pattern) {
        String plain = pattern.replaceFirst("^\\./", "").replaceFirst("/+$", "");
        try {
            return Stream.of(plain, "**/" + plain)
                    .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob));
        } catch (IllegalArgumentException e) {
            throw new ManifestException("The path to leave out " + pattern + " is no pattern (" + e.getMessage() + ")");
        }
    }

    public ExcludedPaths and(ExcludedPaths others) {
        return new ExcludedPaths(
                Stream.concat(patterns.stream(), others.patterns.stream()).toList());
    }

    /** Whether the path, or a folder around it, is to be left out. */
    public boolean contains(Path path) {
        if (patterns.isEmpty()) {
            return false;
        }
        Path here = Path.of("").toAbsolutePath();
        Path absolute = path.toAbsolutePath().normalize();
        Path named = absolute.startsWith(here) ? here.relativize(absolute) : absolute;
        return Stream.iterate(named, Objects::nonNull, Path::getParent).anyMatch(this::matchesAPattern);
    }

    private boolean matchesAPattern(Path part) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(part));
    }
}
