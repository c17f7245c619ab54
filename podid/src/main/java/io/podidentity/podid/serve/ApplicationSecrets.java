package io.podidentity.podid.serve;

import io.podidentity.emulator.directory.RegisteredSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The client secrets of the application, and a file that holds the first of them.
 *
 * <p>Lifecycle: {@link #close} removes the file if it was made here. Shows no secret in its text.
 */
final class ApplicationSecrets implements AutoCloseable {

    private final List<String> values;
    private final Path file;
    private final boolean madeHere;

    private ApplicationSecrets(List<String> values, Path file, boolean madeHere) {
        this.values = List.copyOf(values);
        this.file = file;
        this.madeHere = madeHere;
    }

    /** Makes one secret, in a new file that only its owner can read. */
    static ApplicationSecrets create() throws IOException {
        String secret = RegisteredSecret.newValue();
        // On file systems with owners, such a file is readable by its owner only.
        Path file = Files.createTempFile("podid-", ".secret");
        Files.writeString(file, secret + "\n");
        return new ApplicationSecrets(List.of(secret), file, true);
    }

    /** Reads the first line of each file; there is one file at least. */
    static ApplicationSecrets read(List<Path> files) throws IOException {
        var values = new ArrayList<String>();
        for (Path file : files) {
            String secret =
                    Files.readString(file).lines().findFirst().orElse("").strip();
            if (secret.isEmpty()) {
                throw new IOException(file + " has no secret in its first line");
            }
            values.add(secret);
        }
        return new ApplicationSecrets(values, files.get(0), false);
    }

    List<String> values() {
        return values;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            if (madeHere) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + file, e);
        }
    }
}
