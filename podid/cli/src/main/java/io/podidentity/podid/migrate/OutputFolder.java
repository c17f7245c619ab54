package io.podidentity.podid.migrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files that appear in their folder all together or not at all: they are written beside it first. Not thread-safe.
 *
 * <p>Lifecycle: {@link #close} removes what was not moved.
 */
record OutputFolder(Path hidden, Path path) implements AutoCloseable {

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    /** A stage on the same file system as the folder, for its owner alone until it is moved. */
    static OutputFolder beside(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        if (parent == null) {
            throw new IOException(folder + " cannot be written to");
        }
        Files.createDirectories(parent);
        Path hidden = Files.createTempDirectory(parent, ".podid-migrate-");
        // Made in the usual way, and so with the permissions that folders of this user have.
        return new OutputFolder(hidden, Files.createDirectory(hidden.resolve("out")));
    }

    static boolean isEmpty(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return true;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isEmpty();
        }
    }

    /** @param like whose permissions it gets, which may keep others from a secret; null for the usual ones */
    void write(String name, String text, @Nullable Path like) throws IOException {
        Path file = path.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        if (POSIX && like != null && Files.exists(like)) {
            Set<PosixFilePermission> allowed = EnumSet.of(PosixFilePermission.OWNER_WRITE);
            allowed.addAll(Files.getPosixFilePermissions(like));
            Files.setPosixFilePermissions(file, allowed);
        }
    }

    void copy(Path from, String name) throws IOException {
        Path file = path.resolve(name);
        Files.createDirectories(file.getParent());
        Files.copy(from, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Moves all of it: into a new or an empty folder at once; else each file replaces the one of its name. */
    void moveTo(Path folder) throws IOException {
        if (isEmpty(folder)) {
            Files.deleteIfExists(folder);
            Files.move(path, folder, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        var moves = new LinkedHashMap<Path, Path>();
        try (Stream<Path> files = Files.walk(path)) {
            files.filter(Files::isRegularFile).forEach(file -> moves.put(file, folder.resolve(path.relativize(file))));
        }
        replace(moves);
    }

    /** Moves files onto others; if one fails, those others are as they were. */
    void replace(Map<Path, Path> moves) throws IOException {
        Path backup = Files.createDirectories(hidden.resolve("backup"));
        var saved = new LinkedHashMap<Path, Path>();
        var fresh = new ArrayList<Path>();
        try {
            for (Map.Entry<Path, Path> move : moves.entrySet()) {
                Path to = Files.exists(move.getValue()) ? move.getValue().toRealPath() : move.getValue();
                Files.createDirectories(to.toAbsolutePath().getParent());
                if (Files.exists(to)) {
                    Path copy = backup.resolve(Integer.toString(saved.size()));
                    Files.copy(to, copy, StandardCopyOption.COPY_ATTRIBUTES);
                    saved.put(copy, to);
                } else {
                    fresh.add(to);
                }
                Files.move(move.getKey(), to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            for (Map.Entry<Path, Path> one : saved.entrySet()) {
                Files.copy(one.getKey(), one.getValue(), StandardCopyOption.REPLACE_EXISTING);
            }
            for (Path one : fresh) {
                Files.deleteIfExists(one);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(hidden)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + hidden, e);
        }
    }
}
