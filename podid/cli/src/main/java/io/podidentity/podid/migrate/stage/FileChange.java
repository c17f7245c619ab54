// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.stage;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A change of one file: the file gets other content, or it is removed.
 *
 * @param content a staged file with the new content, and with the permissions that a new file gets; empty if the file
 *     is removed
 */
public record FileChange(Path file, Optional<Path> content) {

    public static FileChange write(Path file, Path content) {
        return new FileChange(file, Optional.of(content));
    }

    public static FileChange remove(Path file) {
        return new FileChange(file, Optional.empty());
    }
}
