// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java code of docs/testing.md is that of com.example.orders, which the build compiles and runs. */
class DocumentedTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "testing.md");
    private static final Path EXAMPLES = Path.of("src/test/java/com/example/orders");
    private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void page_always_hasOnlyCodeThatIsCompiled() throws IOException {
        StringBuilder compiled = new StringBuilder();
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            for (Path file : files.toList()) {
                compiled.append(Files.readString(file));
            }
        }
        List<String> blocks = CODE.matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .toList();

        assertThat(blocks)
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(block -> assertThat(compiled.toString()).contains(block));
    }
}
