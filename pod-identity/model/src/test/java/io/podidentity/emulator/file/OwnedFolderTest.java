// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which folders of other processes are removed when one is made. */
class OwnedFolderTest {
    private static final String PREFIX = "podid-test-";

    @TempDir
    private Path parent;

    @Test
    void create_whileAnotherProcessHasTheFileOfItsLockAndNotTheLock_leavesItsFolder() throws IOException {
        Path other = makeFolderWithLockFile();

        OwnedFolder.create(parent, PREFIX).close();

        assertThat(FolderLock.file(other)).exists();
    }

    @Test
    void create_afterAProcessThatEndedWhileItMadeItsFolder_removesItAfterAMinute() throws IOException {
        Path other = makeFolderWithLockFile();
        Files.setLastModifiedTime(other, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));

        OwnedFolder.create(parent, PREFIX).close();

        assertThat(other).doesNotExist();
    }

    @Test
    void create_afterAProcessThatLeftAFile_removesItsFolderAtOnce() throws IOException {
        Path other = makeFolderWithLockFile();
        Files.writeString(other.resolve("token"), "left");

        OwnedFolder.create(parent, PREFIX).close();

        assertThat(other).doesNotExist();
    }

    private Path makeFolderWithLockFile() throws IOException {
        Path folder = Files.createTempDirectory(parent, PREFIX);
        Files.createFile(FolderLock.file(folder));
        return folder;
    }
}
