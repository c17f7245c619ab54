// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LogsDocumentTest {

    @Test
    void document_always_isMadeFromTheKnownLines() throws IOException {
        String made = LogsDocument.of(KnownLine.ALL);
        Path written = Path.of("target", "logs.md");
        Files.createDirectories(written.getParent());
        Files.writeString(written, made);

        assertThat(Path.of("..", "..", "docs", "logs.md"))
                .as("the new one is podid/cli/target/logs.md: copy it to docs/logs.md")
                .content()
                .isEqualTo(made);
    }
}
