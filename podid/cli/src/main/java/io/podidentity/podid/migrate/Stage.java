// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.file.OwnedFolder;
import io.podidentity.emulator.file.WritableFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The new files where nobody else sees them, until it is proved that they may be written. Not thread-safe.
 *
 * <p>Lifecycle: {@link #close} removes it; what a killed run has left is removed by the next one.
 *
 * @param path of the new files
 */
record Stage(OwnedFolder folder, Path path) implements AutoCloseable {

    private static final String PREFIX = "podid-migrate-";

    static Stage create() throws IOException {
        OwnedFolder folder = OwnedFolder.create(PREFIX);
        return new Stage(folder, Files.createDirectory(folder.path().resolve("out")));
    }

    /** @param like whose permissions it gets, which may keep others from a secret; null for the usual ones */
    void write(String name, String text, @Nullable Path like) throws IOException {
        Path file = path.resolve(name);
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        var stage = new WritableFolder(path);
        if (like != null && Files.exists(like)) {
            stage.replaceLike(like, file, content);
        } else {
            stage.replace(file, content);
        }
    }

    void copy(Path from, String name) throws IOException {
        new WritableFolder(path).replaceLike(from, path.resolve(name), Files.readAllBytes(from));
    }

    /** A file beside the new ones. */
    Path writeDocument(String name, String text) throws IOException {
        Path file = folder.path().resolve("documents").resolve(name);
        new WritableFolder(folder.path()).replace(file, text.getBytes(StandardCharsets.UTF_8));
        return file;
    }

    /** The new files, sorted. */
    List<Path> files() throws IOException {
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
