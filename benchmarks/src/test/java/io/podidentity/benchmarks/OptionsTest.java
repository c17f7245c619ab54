package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @TempDir
    private Path folder;

    @Test
    void of_whenTwoJarsAreCompared_measuresThemOnOneJdk() throws IOException {
        Path oldJar = Files.createFile(folder.resolve("old.jar"));
        Path newJar = Files.createFile(folder.resolve("new.jar"));

        Options options = options("--compare " + oldJar + " " + newJar);

        assertThat(options.compare()).containsExactly(oldJar, newJar);
        assertThat(options.rounds()).isEqualTo(25);
        assertThat(options.jdks()).hasSize(1);
    }

    @Test
    void of_whenRoundsAreGiven_takesThem() throws IOException {
        assertThat(options("--quick --rounds 3").rounds()).isEqualTo(3);
        assertThat(options("--quick").rounds()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "--fast, unknown option --fast",
        "--only everything, unknown part everything",
        "--rounds 0, --rounds must be a number from 1 to 9999",
        "--jdk, a value is missing after --jdk",
        "--compare /nowhere/old.jar, no such jar: /nowhere/old.jar"
    })
    void of_whenUnusable_saysWhy(String arguments, String message) {
        assertThatThrownBy(() -> options(arguments))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static Options options(String arguments) throws IOException {
        return Options.of(arguments.split(" ", -1));
    }
}
