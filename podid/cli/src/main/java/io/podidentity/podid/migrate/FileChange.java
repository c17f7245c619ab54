// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What becomes of a file.
 *
 * @param content a file with what it will hold, and with the permissions of a file that is new; empty if it is removed
 */
record FileChange(Path file, Optional<Path> content) {

    static FileChange write(Path file, Path content) {
        return new FileChange(file, Optional.of(content));
    }

    static FileChange remove(Path file) {
        return new FileChange(file, Optional.empty());
    }
}
