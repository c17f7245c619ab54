// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The package to copy is short, and needs nothing of the demo but its settings. */
class SampleTest {
    private static final Path DEMO = Path.of("src", "main", "java", "io", "podidentity", "demo");
    private static final int MAX_LINES = 250;

    @Test
    void sample_always_isShortEnoughToReadFromTopToBottom() throws IOException {
        assertThat(lines("sample")).hasSizeBetween(1, MAX_LINES);
    }

    @Test
    void sample_always_usesNothingElseOfTheDemoThanItsSettings() throws IOException {
        assertThat(lines("sample"))
                .filteredOn(line -> line.startsWith("import io.podidentity.demo."))
                .containsOnly("import io.podidentity.demo.DemoProperties;");
    }

    /** The page and the API stand on what hardens them, and not the other way round. */
    @Test
    void hardening_always_knowsNeitherThePageNorTheApi() throws IOException {
        assertThat(lines("hardening"))
                .filteredOn(line -> line.startsWith("import io.podidentity.demo."))
                .allMatch(line -> line.startsWith("import io.podidentity.demo.sample.")
                        || line.equals("import io.podidentity.demo.DemoProperties;"));
    }

    private static List<String> lines(String folder) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(DEMO.resolve(folder))) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }
}
