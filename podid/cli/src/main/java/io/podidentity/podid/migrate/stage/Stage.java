// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.stage;

import io.podidentity.emulator.file.OwnedFolder;
import io.podidentity.emulator.file.WritableFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder with the new files that only the user can see, until it is proved that they may be written. Not thread-safe.
 *
 * <p>Lifecycle: {@link #close} removes the folder. What a killed run has left is removed by the next one.
 *
 * @param path the folder of the new files, which is a part of {@code folder}
 */
public record Stage(OwnedFolder folder, Path path) implements AutoCloseable {

    private static final String PREFIX = "podid-migrate-";

    public static Stage create() throws IOException {
        OwnedFolder folder = OwnedFolder.create(PREFIX);
        return new Stage(folder, Files.createDirectory(folder.path().resolve("out")));
    }

    /** Writes a new file with the usual permissions. */
    public void write(String name, String text) throws IOException {
        new WritableFolder(path).replace(path.resolve(name), encode(text));
    }

    /** Writes a file with the permissions of the original, which may keep others from a secret in it. */
    public void writeLike(Path original, String name, String text) throws IOException {
        if (!Files.exists(original)) {
            // The standard input has no file.
            write(name, text);
            return;
        }
        new WritableFolder(path).replaceLike(original, path.resolve(name), encode(text));
    }

    /** Copies a file, with its permissions. */
    public void copy(Path original, String name) throws IOException {
        new WritableFolder(path).replaceLike(original, path.resolve(name), Files.readAllBytes(original));
    }

    /**
     * Writes a document that is not among the new files of the user.
     *
     * @return where it is staged
     */
    public Path writeDocument(String name, String text) throws IOException {
        Path file = folder.path().resolve("documents").resolve(name);
        new WritableFolder(folder.path()).replace(file, encode(text));
        return file;
    }

    private static byte[] encode(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The new files, sorted. */
    public List<Path> listFiles() throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Override
    public void close() {
        try {
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + folder.path(), e);
        }
    }
}
