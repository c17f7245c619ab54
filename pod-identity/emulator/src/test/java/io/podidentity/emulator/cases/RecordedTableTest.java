// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Counts how many answers of real programs we give, for the document that says so. */
class RecordedTableTest {

    private static final Path DOCUMENT = Path.of("..", "..", "docs", "compatibility.md");

    /** Of a component in a version. */
    private static final class Count {
        private int equal;
        private int excepted;
        private int incomparable;
    }

    @Test
    void document_always_hasTheCountsOfTheCases() throws Exception {
        String table = table();
        Path written = Path.of("target", "recorded.md");
        Files.createDirectories(written.getParent());
        Files.writeString(written, table);

        assertThat(DOCUMENT)
                .as("the table is now that of pod-identity/emulator/target/recorded.md")
                .content()
                .contains(table);
    }

    private static String table() {
        Map<String, Count> counts = new TreeMap<>();
        for (String component : List.of("mic", "nmi", "proxy", "webhook")) {
            for (Recorded test : Recorded.of(component)) {
                boolean managed = test.world().flags().contains("--operation-mode=managed");
                String name = component + " " + test.world().version() + (managed ? ", managed" : "");
                Count count = counts.computeIfAbsent(name, key -> new Count());
                count.equal += test.exception() == null ? 1 : 0;
                count.excepted += test.exception() != null && test.isComparable() ? 1 : 0;
                count.incomparable += test.isComparable() ? 0 : 1;
            }
        }
        var table = new StringBuilder(
                "| Program | Asked | Equal | Other on purpose | Not comparable |\n|---|---|---|---|---|\n");
        counts.forEach((name, count) -> table.append("| %s | %d | %d | %d | %d |\n"
                .formatted(
                        name,
                        count.equal + count.excepted + count.incomparable,
                        count.equal,
                        count.excepted,
                        count.incomparable)));
        return table.toString();
    }
}
