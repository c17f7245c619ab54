// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.check.rule.AllRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ChecksDocumentTest {

    @Test
    void document_always_isMadeFromTheRules() throws IOException {
        String made = ChecksDocument.of(AllRules.LIST);
        Path written = Path.of("target", "checks.md");
        Files.createDirectories(written.getParent());
        Files.writeString(written, made);

        assertThat(Path.of("..", "..", "docs", "checks.md"))
                .as("the new one is podid/cli/target/checks.md: copy it to docs/checks.md")
                .content()
                .isEqualTo(made);
    }
}
