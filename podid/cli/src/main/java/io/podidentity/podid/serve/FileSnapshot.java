// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which files there are at one time, how long they are and when they were written. Two snapshots are equal if no file
 * has changed between them. Immutable.
 */
record FileSnapshot(List<String> files) {

    FileSnapshot {
        files = List.copyOf(files);
    }

    /** @param paths files, folders, and {@code -} for standard input, which does not change */
    static FileSnapshot take(List<String> paths) {
        var files = new ArrayList<String>();
        for (String path : paths) {
            if (!path.equals(ManifestFiles.STANDARD_INPUT)) {
                addFiles(path, files);
            }
        }
        return new FileSnapshot(files);
    }

    private static void addFiles(String path, List<String> files) {
        try {
            for (Path file : ManifestFiles.files(Path.of(path))) {
                files.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
        } catch (IOException | ManifestException e) {
            // Editors replace files, and folders come and go: the next snapshot has the file again.
            files.add(path + " is missing");
        }
    }
}
