// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.mortal;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent.Kind;
import java.nio.file.WatchEvent.Modifier;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

record MortalPath(MortalFileSystem system, Path path) implements Path {

    static Path real(Path path) {
        return path instanceof MortalPath mortal ? mortal.path() : path;
    }

    private @Nullable Path mortal(@Nullable Path result) {
        return result == null ? null : system.mortal(result);
    }

    private Path there(Path result) {
        return system.mortal(result);
    }

    @Override
    public FileSystem getFileSystem() {
        return system;
    }

    @Override
    public boolean isAbsolute() {
        return path.isAbsolute();
    }

    @Override
    public @Nullable Path getRoot() {
        return mortal(path.getRoot());
    }

    @Override
    public @Nullable Path getFileName() {
        return mortal(path.getFileName());
    }

    @Override
    public @Nullable Path getParent() {
        return mortal(path.getParent());
    }

    @Override
    public int getNameCount() {
        return path.getNameCount();
    }

    @Override
    public Path getName(int index) {
        return there(path.getName(index));
    }

    @Override
    public Path subpath(int begin, int end) {
        return there(path.subpath(begin, end));
    }

    @Override
    public boolean startsWith(Path other) {
        return path.startsWith(real(other));
    }

    @Override
    public boolean endsWith(Path other) {
        return path.endsWith(real(other));
    }

    @Override
    public Path normalize() {
        return there(path.normalize());
    }

    @Override
    public Path resolve(Path other) {
        return there(path.resolve(real(other)));
    }

    @Override
    public Path relativize(Path other) {
        return there(path.relativize(real(other)));
    }

    @Override
    public URI toUri() {
        return path.toUri();
    }

    @Override
    public Path toAbsolutePath() {
        return there(path.toAbsolutePath());
    }

    @Override
    public Path toRealPath(LinkOption... options) throws IOException {
        return there(path.toRealPath(options));
    }

    @Override
    public WatchKey register(WatchService watcher, Kind<?>[] events, Modifier... modifiers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Path other) {
        return path.compareTo(real(other));
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
