package io.podidentity.podid.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A folder that only its owner can read, with the file of the token. A file in it is locked while its process lives,
 * which the system itself notices the end of: so the next run knows what a killed one has left behind, whoever has its
 * process ID by then.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #close} removes it.
 */
final class TokenFolder implements AutoCloseable {

    private static final String PREFIX = "podid-run-";
    private static final String LOCK = "lock";
    private static final String TOKEN = "azure-identity-token";

    private final Path folder;
    private final FileChannel lock;
    private final AtomicBoolean closed = new AtomicBoolean();

    private TokenFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Makes one below {@code parent}, and removes those of processes that are gone. */
    static TokenFolder create(Path parent) throws IOException {
        // Such a folder is its owner's alone from the start, where the file system knows owners.
        Path folder = Files.createTempDirectory(parent, PREFIX);
        FileChannel lock =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            throw new IOException("Cannot lock " + folder.resolve(LOCK));
        }
        removeLeftovers(parent, folder);
        return new TokenFolder(folder, lock);
    }

    private static void removeLeftovers(Path parent, Path own) throws IOException {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path other : others) {
                if (!other.equals(own)
                        && Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))) {
                    removeUnlessLocked(other);
                }
            }
        }
    }

    private static void removeUnlessLocked(Path other) {
        // One without the file is being made just now.
        try (FileChannel channel =
                        FileChannel.open(other.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                remove(other);
            }
        } catch (IOException | OverlappingFileLockException inUse) {
            // It stays.
        }
    }

    private static void remove(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    Path file() {
        return folder.resolve(TOKEN);
    }

    /** Puts a token in place of the one before: a reader sees one or the other, never part of one. */
    void write(String token) throws IOException {
        Path fresh = Files.createTempFile(folder, "token", ".new");
        Files.writeString(fresh, token);
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            // Released last, so that nobody else removes it meanwhile.
            try (lock) {
                remove(folder);
            }
        }
    }
}
