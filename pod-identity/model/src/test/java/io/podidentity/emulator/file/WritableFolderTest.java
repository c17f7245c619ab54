// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Its files have no POSIX permissions, and links need a privilege")
class WritableFolderTest {

    private static final byte[] NEW = "new".getBytes(UTF_8);

    @TempDir
    private Path temporary;

    private Path folder() throws IOException {
        return Files.createDirectories(temporary.resolve("named"));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replace_always_keepsThePermissionsAndLeavesNothingElse() throws IOException {
        Path file = Files.writeString(folder().resolve("a.yaml"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));

        WritableFolder.of(folder()).replace(file, NEW);

        assertThat(file).content().isEqualTo("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rwxr-x---");
        assertThat(names(folder())).containsExactly("a.yaml");
    }

    @Test
    void replace_ofAHardLink_leavesTheOtherNameAsItIs() throws IOException {
        Path other = Files.writeString(temporary.resolve("other"), "old");
        Path file = Files.createLink(folder().resolve("a.yaml"), other);

        WritableFolder.of(folder()).replace(file, NEW);

        assertThat(other).content().isEqualTo("old");
    }

    @Test
    void replace_throughALinkThatLeavesTheFolder_isRefused() throws IOException {
        Path outside = Files.writeString(temporary.resolve("outside.yaml"), "old");
        Path link = Files.createSymbolicLink(folder().resolve("link.yaml"), outside);
        Path folderLink = Files.createSymbolicLink(folder().resolve("elsewhere"), temporary);
        WritableFolder named = WritableFolder.of(folder());

        for (Path file : List.of(link, folderLink.resolve("outside.yaml"), folderLink.resolve("new.yaml"))) {
            assertThatThrownBy(() -> named.replace(file, NEW))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a symbolic link of its path leads to")
                    .hasMessageContaining("Name that file itself");
        }

        assertThat(outside).content().isEqualTo("old");
        assertThat(names(temporary)).containsExactly("named", "outside.yaml");
    }

    @Test
    void replace_throughALinkWithinTheFolder_changesTheFileAndKeepsTheLink() throws IOException {
        Path file = Files.writeString(folder().resolve("a.yaml"), "old");
        Path link = Files.createSymbolicLink(folder().resolve("b.yaml"), Path.of("a.yaml"));

        WritableFolder.of(folder()).replace(link, NEW);

        assertThat(link).isSymbolicLink();
        assertThat(file).content().isEqualTo("new");
    }

    /** A kustomization may be made of files beside the folder that was named, but not of those behind a link. */
    @Test
    void around_aFileBesideTheNamedFolder_isWhatBothHaveInCommon() throws IOException {
        Path base = Files.createDirectories(temporary.resolve("repository/base"));
        Path overlay = Files.createDirectories(temporary.resolve("repository/overlay"));
        Path link = Files.createSymbolicLink(temporary.resolve("repository/link"), folder());
        Path file = Files.writeString(base.resolve("a.yaml"), "old");

        assertThat(WritableFolder.around(file, List.of(overlay)).resolve(file)).isEqualTo(file.toRealPath());
        assertThat(WritableFolder.around(file, List.of(overlay, base)).root()).isEqualTo(base.toRealPath());
        Path behind = link.resolve("a.yaml");
        WritableFolder common = WritableFolder.around(behind, List.of(overlay));
        assertThatThrownBy(() -> common.resolve(behind)).isInstanceOf(IOException.class);
    }

    @Test
    void replace_whereTheFolderCannotBeWritten_saysSoAndChangesNothing() throws IOException {
        Path file = Files.createDirectories(folder().resolve("a.yaml/is-a-folder"));

        assertThatThrownBy(() -> WritableFolder.of(folder()).replace(file.getParent(), NEW))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot write " + file.getParent())
                .hasMessageContaining("The file is as it was");

        assertThat(names(folder())).containsExactly("a.yaml");
    }

    @Test
    void replace_always_removesWhatAKilledProcessHasLeftOfThisFile() throws IOException {
        Path file = Files.writeString(folder().resolve("a.yaml"), "old");
        Files.writeString(folder().resolve(".a.yaml.0.podid-new"), "ne");
        Files.writeString(folder().resolve(".b.yaml.0.podid-new"), "ne");

        WritableFolder.of(folder()).replace(file, NEW);

        assertThat(names(folder())).containsExactly(".b.yaml.0.podid-new", "a.yaml");
    }

    @Test
    void ownedFolder_always_removesTheFoldersOfProcessesThatAreGone() throws IOException {
        Path left = Files.createDirectory(temporary.resolve("podid-test-left"));
        Files.createFile(left.resolve("lock"));
        Files.createDirectories(left.resolve("tokens/pod"));
        Files.writeString(left.resolve("tokens/pod/token"), "secret");
        Path beingMade = Files.createDirectory(temporary.resolve("podid-test-being-made"));
        Path givenUp = Files.createDirectory(temporary.resolve("podid-test-given-up"));
        Files.setLastModifiedTime(givenUp, FileTime.from(Instant.EPOCH));

        try (OwnedFolder living = OwnedFolder.create(temporary, "podid-test-");
                OwnedFolder own = OwnedFolder.create(temporary, "podid-test-")) {
            assertThat(own.path()).isNotEqualTo(living.path());
            assertThat(living.path()).exists();
            assertThat(left).doesNotExist();
            assertThat(givenUp).doesNotExist();
            assertThat(beingMade).exists();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own.write("a/secret", "s"))))
                    .isEqualTo("rw-------");
        }
        assertThat(names(temporary)).containsExactly("podid-test-being-made");
    }
}
