// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.file.OwnedFolder;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A folder that only its owner can read, with the file of the token. What a killed run has left behind is removed by
 * the next one.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #close} removes it.
 */
record TokenFolder(OwnedFolder folder) implements AutoCloseable {

    private static final String PREFIX = "podid-run-";
    private static final String TOKEN = "azure-identity-token";

    /** Makes one below {@code parent}, and removes those of processes that are gone. */
    static TokenFolder create(Path parent) throws IOException {
        return new TokenFolder(OwnedFolder.create(parent, PREFIX));
    }

    Path file() {
        return folder.path().resolve(TOKEN);
    }

    /** Puts a token in place of the one before: a reader sees one or the other, never part of one. */
    void write(String token) throws IOException {
        folder.write(TOKEN, token);
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
