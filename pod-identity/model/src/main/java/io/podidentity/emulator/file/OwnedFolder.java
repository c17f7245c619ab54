// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A folder of temporary files that its user alone can read. A killed process leaves its folder behind; the next one
 * with the same prefix removes it.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #close} removes it with all that is in it.
 *
 * @since 0.1.0
 */
public final class OwnedFolder implements AutoCloseable {

    /** For how long a folder without a file of its owner may be one that another process is making. */
    private static final Duration BEING_MADE = Duration.ofMinutes(1);

    private final Path path;
    private final FolderLock lock;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OwnedFolder(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes one in the folder of temporary files, and removes those of processes that are gone.
     *
     * @param prefix what the names of all such folders begin with
     */
    public static OwnedFolder create(String prefix) throws IOException {
        return create(Path.of(System.getProperty("java.io.tmpdir")), prefix);
    }

    /** Makes one in {@code parent}, and removes those of processes that are gone. */
    public static OwnedFolder create(Path parent, String prefix) throws IOException {
        // Such a folder is its owner's alone from the start, where the file system knows owners.
        Path path = Files.createTempDirectory(parent, prefix).toRealPath();
        FolderLock lock =
                FolderLock.tryTake(path).orElseThrow(() -> new IOException("Cannot lock the new folder " + path));
        removeLeftovers(parent, prefix, path);
        return new OwnedFolder(path, lock);
    }

    private static void removeLeftovers(Path parent, String prefix, Path own) throws IOException {
        // The own folder has just been made.
        Instant now = Files.getLastModifiedTime(own).toInstant();
        try (DirectoryStream<Path> others = Files.newDirectoryStream(
                parent, entry -> String.valueOf(entry.getFileName()).startsWith(prefix))) {
            for (Path other : others) {
                removeLeftover(other, own, now);
            }
        }
    }

    private static void removeLeftover(Path other, Path own, Instant now) {
        if (Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS) && isOfOwner(other, own)) {
            removeUnlessInUse(other, now);
        }
    }

    private static boolean isOfOwner(Path other, Path own) {
        try {
            return Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
        } catch (IOException goneMeanwhile) {
            return false;
        }
    }

    private static void removeUnlessInUse(Path other, Instant now) {
        try {
            Path real = other.toRealPath();
            if (mayBeBeingMade(real, now)) {
                return;
            }
            Optional<FolderLock> lock = FolderLock.tryTakeAgain(real);
            if (lock.isPresent()) {
                removeLocked(real, lock.get());
                return;
            }
            // Fails unless the folder is empty.
            Files.delete(real);
        } catch (IOException inUse) {
            // It stays.
        }
    }

    /**
     * Whether another process may be making the folder just now: it is young and has at most the file of the lock. That
     * process has the file before it has the lock, and must find both when it goes on.
     */
    private static boolean mayBeBeingMade(Path folder, Instant now) throws IOException {
        Instant made = Files.getLastModifiedTime(folder).toInstant();
        if (made.plus(BEING_MADE).isBefore(now)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(file -> file.equals(FolderLock.file(folder)));
        }
    }

    private static void removeLocked(Path folder, FolderLock lock) throws IOException {
        // Released last, so that nobody else removes it meanwhile.
        try (lock) {
            remove(folder);
        }
    }

    /** The lock last: what has none is taken for a folder that is being made. */
    private static void remove(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> !file.equals(folder) && !file.equals(FolderLock.file(folder)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(FolderLock.file(folder));
        Files.deleteIfExists(folder);
    }

    public Path path() {
        return path;
    }

    /** Puts a file for the owner alone in place of the one of its name: a reader sees one of them, never a part. */
    public Path write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #write(String, String)}. */
    public Path write(String name, byte[] content) throws IOException {
        Path file = path.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        WholeFile.replaceForOwner(file, content);
        return file;
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            removeLocked(path, lock);
        }
    }
}
