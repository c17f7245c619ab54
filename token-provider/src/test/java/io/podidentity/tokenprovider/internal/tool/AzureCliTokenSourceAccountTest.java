// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeProcessRunner;
import io.podidentity.tokenprovider.support.FakeTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AzureCliTokenSourceAccountTest {
    private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00.123Z");

    @TempDir
    private Path home;

    @Test
    void fingerprint_withoutTheFile_isZero() {
        assertThat(profile(Map.of()).account()).isEqualTo(0L);
    }

    @Test
    void fingerprint_whileNothingChanges_isTheSame() throws IOException {
        write(home.resolve(".azure"), "one", WRITTEN);

        assertThat(profile(Map.of()).account())
                .isNotEqualTo(0L)
                .isEqualTo(profile(Map.of()).account());
    }

    @Test
    void fingerprint_onceTheFileWasWritten_isAnother() throws IOException {
        AzureCliTokenSource profile = profile(Map.of());
        write(home.resolve(".azure"), "one", WRITTEN);
        Object first = profile.account();
        write(home.resolve(".azure"), "two", WRITTEN.plusMillis(1));
        Object later = profile.account();
        write(home.resolve(".azure"), "three", WRITTEN.plusMillis(1));
        Object longer = profile.account();
        Files.delete(home.resolve(".azure/azureProfile.json"));

        assertThat(first).isNotEqualTo(later);
        assertThat(later).isNotEqualTo(longer);
        assertThat(profile.account()).isEqualTo(0L);
    }

    @Test
    void fingerprint_whenAnotherFolderIsNamed_isOfTheFileThere() throws IOException {
        write(home.resolve("other"), "one", WRITTEN);
        Map<String, String> variables =
                Map.of("AZURE_CONFIG_DIR", home.resolve("other").toString());

        assertThat(profile(variables).account()).isNotEqualTo(0L);
        assertThat(profile(Map.of()).account()).isEqualTo(0L);
    }

    @Test
    void fingerprint_whenALoginUnderHomeChanges_isAnother() throws IOException {
        // az writes below HOME, which need not be the home folder of the account.
        AzureCliTokenSource profile = source(Environment.of(Map.of("HOME", home.toString())));
        write(home.resolve(".azure"), "one", WRITTEN);
        Object first = profile.account();
        write(home.resolve(".azure"), "other", WRITTEN.plusMillis(1));

        assertThat(first).isNotEqualTo(0L);
        assertThat(profile.account()).isNotEqualTo(first);
    }

    private AzureCliTokenSource profile(Map<String, String> variables) {
        return source(new Environment(variables, false, false, home.toString()));
    }

    private static AzureCliTokenSource source(Environment environment) {
        return new AzureCliTokenSource(environment, new FakeProcessRunner(), new FakeTime(), ZoneOffset.UTC, null);
    }

    private static void write(Path folder, String text, Instant at) throws IOException {
        Path file = Files.createDirectories(folder).resolve("azureProfile.json");
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(at));
    }
}
