// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Collects what is in a folder and below it, and goes on where a part cannot be read. Not thread-safe. */
final class FilesBelow extends SimpleFileVisitor<Path> {

    private static final Set<String> NOT_LOOKED_INTO =
            Set.of(".git", "node_modules", ".github", ".vscode", ".idea", ".terraform");

    private final Path folder;
    private final Consumer<FileSystemException> unreadable;
    private final List<Path> found = new ArrayList<>();

    FilesBelow(Path folder, Consumer<FileSystemException> unreadable) {
        this.folder = folder;
        this.unreadable = unreadable;
    }

    Stream<Path> sorted() {
        return found.stream().sorted();
    }

    @Override
    public FileVisitResult preVisitDirectory(Path inside, BasicFileAttributes attributes) {
        if (!inside.equals(folder) && !isLookedInto(inside)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        found.add(inside);
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (isLookedInto(file)) {
            found.add(file);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path inside, IOException failure) throws IOException {
        if (inside.equals(folder)) {
            throw failure;
        }
        unreadable.accept(new FileSystemException(inside.toString(), null, reason(failure)));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path inside, IOException failure) {
        if (failure != null) {
            unreadable.accept(new FileSystemException(inside.toString(), null, reason(failure)));
        }
        return FileVisitResult.CONTINUE;
    }

    private static boolean isLookedInto(Path folder) {
        return !NOT_LOOKED_INTO.contains(String.valueOf(folder.getFileName()));
    }

    /** An exception that is about access alone has no reason of its own. */
    private static String reason(IOException failure) {
        boolean hasReason = failure instanceof FileSystemException known && known.getReason() != null;
        return hasReason
                ? ((FileSystemException) failure).getReason()
                : failure.getClass().getSimpleName();
    }
}
