// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.run.TokenRenewal.AccountToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TokenFolderTest {

    private static final String TOKEN = "the token";

    @TempDir
    private Path parent;

    private List<Path> folders() throws Exception {
        try (Stream<Path> all = Files.list(parent)) {
            return all.toList();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Its files have no POSIX permissions")
    void write_always_isForTheOwnerAlone() throws Exception {
        try (TokenFolder folder = TokenFolder.create(parent)) {
            folder.write(TOKEN);
            folder.write(TOKEN);

            assertThat(folder.file()).content().isEqualTo("the token");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.file())))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folders().get(0))))
                    .isEqualTo("rwx------");
        }
        assertThat(folders()).isEmpty();
    }

    /** In one process a lock cannot be taken twice, so the one that lives is another process's in RunIT. */
    @Test
    void create_always_removesWhatHasNoLivingOwnerAndNothingElse() throws Exception {
        Path left = Files.createDirectory(parent.resolve("podid-run-left"));
        Files.createFile(left.resolve("lock"));
        Files.writeString(left.resolve("azure-identity-token"), "old");
        Path beingMade = Files.createDirectory(parent.resolve("podid-run-being-made"));
        Path others = Files.createDirectory(parent.resolve("others"));
        Files.createFile(others.resolve("lock"));

        try (TokenFolder living = TokenFolder.create(parent);
                TokenFolder own = TokenFolder.create(parent)) {
            assertThat(folders())
                    .containsExactlyInAnyOrder(
                            beingMade,
                            others,
                            living.file().getParent(),
                            own.file().getParent());
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Making a symbolic link needs a right there")
    void create_whereALinkLeadsElsewhere_doesNotFollowIt() throws Exception {
        Path elsewhere = Files.createDirectory(parent.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("lock"));
        Files.createSymbolicLink(parent.resolve("podid-run-link"), elsewhere);
        Path folder = Files.createDirectory(parent.resolve("podid-run-left"));
        Files.createSymbolicLink(folder.resolve("lock"), elsewhere.resolve("lock"));

        TokenFolder.create(parent).close();

        assertThat(elsewhere.resolve("lock")).exists();
        assertThat(folder).exists();
    }

    @Test
    void texts_always_holdNoToken() {
        assertThat(new AccountToken(TOKEN, Duration.ofHours(1), Instant.EPOCH))
                .asString()
                .doesNotContain(TOKEN);
    }
}
