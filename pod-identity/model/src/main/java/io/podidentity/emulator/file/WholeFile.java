// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Gives a file new content in one step: whoever reads it, also after a crash, finds all of the old content or all of
 * the new. The new content is written into a hidden file of the same folder, forced to the disk, and moved onto the
 * file.
 *
 * <p>Permissions, group and owner are kept as far as this user may set them; access control lists and extended
 * attributes are not. Of a hard link only the named file changes.
 */
final class WholeFile {

    private static final String ENDING = ".podid-new";

    private static final Set<PosixFilePermission> OWNER_ALONE =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private WholeFile() {}

    /**
     * Writes the file with the permissions that it has, or with the usual ones of new files.
     *
     * @param file a real path
     */
    static void replace(Path file, byte[] content) throws IOException {
        replace(file, content, attributes(file));
    }

    /** @param like the file whose permissions the written one gets */
    static void replaceLike(Path like, Path file, byte[] content) throws IOException {
        replace(file, content, attributes(like));
    }

    /** Writes a file that its owner alone can read. */
    static void replaceForOwner(Path file, byte[] content) throws IOException {
        removeLeftovers(file);
        Path fresh = fresh(file);
        try {
            write(fresh, content, ownerAlone(file), Optional.empty());
            move(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void replace(Path file, byte[] content, Optional<PosixFileAttributes> like) throws IOException {
        removeLeftovers(file);
        Path fresh = fresh(file);
        try {
            // Until it has its own permissions nobody else reads it.
            write(fresh, content, like.isPresent() ? ownerAlone(file) : new FileAttribute<?>[0], like);
            move(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Path fresh(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ENDING);
    }

    private static void write(
            Path fresh, byte[] content, FileAttribute<?>[] attributes, Optional<PosixFileAttributes> like)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            lock(channel);
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            if (like.isPresent()) {
                setAttributes(fresh, like.get());
            }
            channel.force(true);
        }
    }

    /** Says to others that the process that writes it lives. */
    private static void lock(FileChannel channel) {
        try {
            channel.tryLock();
        } catch (IOException unsupported) {
            // This file system knows no locks: the hidden file could be taken for one that was left.
        }
    }

    private static void setAttributes(Path fresh, PosixFileAttributes like) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        PosixFileAttributes own = view.readAttributes();
        try {
            if (!own.group().equals(like.group())) {
                view.setGroup(like.group());
            }
            if (!own.owner().equals(like.owner())) {
                view.setOwner(like.owner());
            }
        } catch (IOException notAllowed) {
            // A user may give a file to a group of their own alone, and to nobody else.
        }
        view.setPermissions(like.permissions());
    }

    /** In one step, and to the disk. */
    static void move(Path fresh, Path file) throws IOException {
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(file.resolveSibling(""));
    }

    /** Forces a folder's entries to the disk, where the system can. */
    static void force(Path folder) {
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (IOException unsupported) {
            // Windows opens no folder, and writes its entries itself.
        }
    }

    /** Removes the hidden files of processes that were ended while they wrote this file. */
    static void removeLeftovers(Path file) throws IOException {
        String beginning = "." + file.getFileName() + ".";
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                file.resolveSibling(""), entry -> isLeftover(beginning, String.valueOf(entry.getFileName())))) {
            for (Path hidden : left) {
                removeUnlessLocked(hidden);
            }
        }
    }

    private static boolean isLeftover(String beginning, String name) {
        return name.startsWith(beginning) && name.endsWith(ENDING);
    }

    private static void removeUnlessLocked(Path hidden) throws IOException {
        try (FileChannel channel = FileChannel.open(hidden, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(hidden);
            }
        } catch (OverlappingFileLockException writtenHere) {
            // Another thread of this process writes it.
        }
    }

    private static FileAttribute<?>[] ownerAlone(Path file) {
        if (isPosix(file)) {
            return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ALONE)};
        }
        return new FileAttribute<?>[0];
    }

    private static Optional<PosixFileAttributes> attributes(Path file) throws IOException {
        if (isPosix(file) && Files.exists(file)) {
            return Optional.of(Files.readAttributes(file, PosixFileAttributes.class));
        }
        return Optional.empty();
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
