// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lock on a file in a folder, which says that the process that works in the folder lives: the system itself releases
 * it when the process ends, whoever has its process ID by then.
 *
 * <p>Thread-safety: safe. Lifecycle: held until {@link #close}.
 *
 * @since 0.1.0
 */
public final class FolderLock implements AutoCloseable {

    private static final String NAME = "lock";

    /** Folders that this process has locked: to open such a file once more, and close it, would release the lock. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Locks a folder; empty if a process that lives has locked it, this one included.
     *
     * @param folder a real path
     * @throws IOException if there is no such folder, or its lock is not a file
     */
    public static Optional<FolderLock> tryTake(Path folder) throws IOException {
        return tryOpen(folder, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    /** As {@link #tryTake}, but empty too if the folder was never locked, such as one that is being made just now. */
    static Optional<FolderLock> tryTakeAgain(Path folder) throws IOException {
        if (Files.isRegularFile(file(folder), LinkOption.NOFOLLOW_LINKS)) {
            return tryOpen(folder, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        }
        return Optional.empty();
    }

    /** The file that is locked. */
    static Path file(Path folder) {
        return folder.resolve(NAME);
    }

    private static Optional<FolderLock> tryOpen(Path folder, OpenOption... options) throws IOException {
        if (!OWN.add(folder)) {
            return Optional.empty();
        }
        Optional<FolderLock> taken = Optional.empty();
        try {
            FileChannel channel = FileChannel.open(file(folder), options);
            taken = locked(folder, channel);
            if (taken.isEmpty()) {
                channel.close();
            }
            return taken;
        } finally {
            if (taken.isEmpty()) {
                OWN.remove(folder);
            }
        }
    }

    private static Optional<FolderLock> locked(Path folder, FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock == null ? Optional.empty() : Optional.of(new FolderLock(folder, channel));
        } catch (OverlappingFileLockException ofThisProcess) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        OWN.remove(folder);
        channel.close();
    }
}
