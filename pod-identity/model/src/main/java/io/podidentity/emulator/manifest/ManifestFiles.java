// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds and reads the files that a user names.
 *
 * @since 0.1.0
 */
public final class ManifestFiles {

    /** Standard input. */
    public static final String STANDARD_INPUT = "-";

    /** Of one file: several times what the objects of a big cluster need. */
    static final int MAX_BYTES = 1024 * 1024 * 1024;

    /** They say how to make manifests, and are none themselves. */
    public static final List<String> KUSTOMIZATIONS =
            List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

    private static final Set<String> ENDINGS = Set.of("yaml", "yml", "json");

    // None of them holds a manifest, and some can be very large.
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private ManifestFiles() {}

    /**
     * The file itself, or all files in the folder and below it that can hold manifests, sorted; kustomizations are not
     * among them, since they only say how to make manifests.
     *
     * @throws ManifestException if there is none
     */
    public static List<Path> files(Path path) {
        if (!Files.exists(path)) {
            throw new ManifestException("There is no file or folder " + path);
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> found = below(path).filter(ManifestFiles::canHoldManifests).toList();
        if (found.isEmpty()) {
            throw new ManifestException("The folder " + path + " contains no *.yaml, *.yml or *.json");
        }
        return found;
    }

    /** All files and folders in a folder and below it, sorted; without those that cannot be read. */
    public static Stream<Path> below(Path folder) {
        return below(folder, unreadable -> {});
    }

    /**
     * All files and folders in a folder and below it, sorted.
     *
     * @param unreadable is told of each file or folder that cannot be read, which is left out
     * @throws ManifestException if the folder itself cannot be read
     */
    static Stream<Path> below(Path folder, Consumer<FileSystemException> unreadable) {
        var found = new FilesBelow(folder, unreadable);
        try {
            Files.walkFileTree(folder, found);
        } catch (IOException e) {
            throw new ManifestException("Cannot read the folder " + folder + " (" + e.getMessage() + ")");
        }
        return found.sorted();
    }

    /** Whether a file by its name can have manifests in it; a kustomization only says how to make some. */
    public static boolean canHoldManifests(Path file) {
        String name = String.valueOf(file.getFileName());
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
                && !KUSTOMIZATIONS.contains(name)
                && Files.isRegularFile(file);
    }

    /** The path of that name, if it can be one. */
    public static Optional<Path> path(String name) {
        try {
            return name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * The text of a file.
     *
     * @throws ManifestException if it cannot be read or is not UTF-8
     */
    public static String content(Path file) {
        requirePrintable(file);
        try (InputStream in = Files.newInputStream(file)) {
            return content(file.toString(), in);
        } catch (IOException e) {
            throw new ManifestException("Cannot read " + file + " (" + e.getMessage() + ")");
        }
    }

    /** A line break in a name would begin a line of its own wherever a place in the file is named. */
    static void requirePrintable(Path file) {
        if (!shown(file).equals(file.toString())) {
            throw new ManifestException(
                    shown(file), "The name has control characters, so this is not read: give it another name");
        }
    }

    /** The path of a file, fit to be shown. */
    static String shown(Path file) {
        return CONTROL.matcher(file.toString()).replaceAll("?");
    }

    /** @throws ManifestException if it cannot be read */
    static String content(String file, InputStream in) {
        try {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ManifestException(file, "The file is longer than 1 GiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ManifestException(file, "The file is not UTF-8");
        } catch (IOException e) {
            throw new ManifestException("Cannot read " + file + " (" + e.getMessage() + ")");
        }
    }
}
