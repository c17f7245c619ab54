// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.file;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A folder that a user has named, and so may be written to. Files in it are replaced whole, in one step and with their
 * permissions; a symbolic link that leads out of it is refused. Immutable.
 *
 * @param root a real path
 * @since 0.1.0
 */
public record WritableFolder(Path root) {

    /**
     * The folder itself, or the one that holds the file.
     *
     * @throws IOException if there is none
     */
    public static WritableFolder of(Path named) throws IOException {
        Path folder = Files.isDirectory(named)
                ? named
                : Optional.ofNullable(named.toAbsolutePath().getParent()).orElse(named);
        return new WritableFolder(folder.toRealPath());
    }

    /**
     * Of folders and files that a user has named the one that a file belongs to: the nearest around it, or what it has
     * in common with the first, since a kustomization may name files beside its folder.
     *
     * @throws IOException if there is none
     */
    public static WritableFolder around(Path file, List<Path> named) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Optional<Path> nearest = named.stream()
                .map(WritableFolder::folderOf)
                .filter(absolute::startsWith)
                .max(Comparator.comparingInt(Path::getNameCount));
        Path folder = nearest.orElseGet(() -> common(absolute, folderOf(named.get(0))));
        return of(folder);
    }

    private static Path folderOf(Path named) {
        Path absolute = named.toAbsolutePath().normalize();
        return Files.isDirectory(absolute) ? absolute : absolute.resolveSibling("");
    }

    private static Path common(Path file, Path folder) {
        Path common = folder;
        while (!file.startsWith(common)) {
            common = Optional.ofNullable(common.getParent()).orElse(common.getRoot());
        }
        return common;
    }

    /**
     * Where a file really is, which need not exist.
     *
     * @throws IOException if a link of its path leads out of this folder
     */
    public Path resolve(Path file) throws IOException {
        Path real = real(file);
        if (!real.startsWith(root)) {
            throw new IOException(file + " is not written: a symbolic link of its path leads to " + real
                    + ", outside of " + root + ". Name that file itself, or put a file in the place of the link");
        }
        return real;
    }

    /** The path of a file without links, which need not exist. */
    public static Path real(Path file) throws IOException {
        if (Files.exists(file)) {
            return file.toRealPath();
        }
        return ofNew(file.toAbsolutePath().normalize());
    }

    private static Path ofNew(Path file) throws IOException {
        Path existing = file;
        while (Files.notExists(existing)) {
            existing = Optional.ofNullable(existing.getParent()).orElse(existing.getRoot());
        }
        return existing.toRealPath().resolve(existing.relativize(file).toString());
    }

    /**
     * Gives a file this content. Folders on its way are made.
     *
     * @throws IOException if it cannot be written; the file is then as it was
     */
    public void replace(Path file, byte[] content) throws IOException {
        Path real = resolve(file);
        try {
            Files.createDirectories(real.resolveSibling(""));
            WholeFile.replace(real, content);
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    /**
     * Gives a file this content and the permissions of another one. Folders on its way are made.
     *
     * @throws IOException if it cannot be written; the file is then as it was
     */
    public void replaceLike(Path like, Path file, byte[] content) throws IOException {
        Path real = resolve(file);
        try {
            Files.createDirectories(real.resolveSibling(""));
            WholeFile.replaceLike(like, real, content);
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    /**
     * Gives a file this content, for its owner alone. Folders on its way are made.
     *
     * @throws IOException if it cannot be written; the file is then as it was
     */
    public void replaceForOwner(Path file, byte[] content) throws IOException {
        Path real = resolve(file);
        try {
            Files.createDirectories(real.resolveSibling(""));
            WholeFile.replaceForOwner(real, content);
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    /**
     * Removes the hidden files that processes have left which were ended while they wrote this file. Each replacement
     * does so too.
     *
     * @throws IOException if one cannot be removed
     */
    public void removeLeftovers(Path file) throws IOException {
        Path real = resolve(file);
        if (Files.isDirectory(real.resolveSibling(""))) {
            WholeFile.removeLeftovers(real);
        }
    }

    /**
     * Puts a copy in the place of a file, which needs no room on the disk if both are on the same file system. The copy
     * is gone then.
     *
     * @throws IOException if it cannot be written; the file is then as it was
     */
    public void replaceBy(Path copy, Path file) throws IOException {
        Path real = resolve(file);
        try {
            Files.createDirectories(real.resolveSibling(""));
            WholeFile.move(copy, real);
        } catch (AtomicMoveNotSupportedException otherFileSystem) {
            replaceLike(copy, file, Files.readAllBytes(copy));
        }
    }

    /**
     * Removes a file, if it is there.
     *
     * @throws IOException if it cannot be removed
     */
    public void remove(Path file) throws IOException {
        Path real = resolve(file);
        if (Files.deleteIfExists(real)) {
            WholeFile.force(real.resolveSibling(""));
        }
    }

    private static IOException notWritten(Path file, IOException cause) {
        return new IOException(
                "Cannot write " + file + " (" + reason(cause) + "). The file is as it was: make room, or get the right"
                        + " to write there, and run this again",
                cause);
    }

    /** The system's own words; the message of such an exception can be a path alone. */
    private static String reason(IOException cause) {
        String type = cause.getClass().getSimpleName().replaceFirst("Exception$", "");
        if (cause instanceof FileSystemException file) {
            return Optional.ofNullable(file.getReason()).orElse(type);
        }
        return String.valueOf(cause.getMessage());
    }
}
