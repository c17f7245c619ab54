// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rule agent-settings and the library refuse the same texts. */
class AgentSettingsTest {

    private static final Path FIXTURES = Path.of("src/test/resources/check/agent-settings");
    private static final Pattern VALUE =
            Pattern.compile("(?m)^ +value: (['\"]?)(runas ?=.*)\\1$", Pattern.CASE_INSENSITIVE);

    private static List<String> texts(String fixture) throws IOException {
        return VALUE.matcher(Files.readString(FIXTURES.resolve(fixture)))
                .results()
                .map(match -> match.group(2))
                .toList();
    }

    @Test
    void library_ofAnIncompleteText_refusesItToo() throws IOException {
        List<String> texts = texts("fires-each.yaml");

        // The last one names the blueprint as its agent identity, which Entra ID refuses, and not the library.
        assertThat(texts).hasSize(6);
        for (String text : texts.subList(0, 5)) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> new AzureServiceTokenProvider(text));
        }
    }

    @Test
    void library_ofAWholeText_takesIt() throws IOException {
        List<String> texts = texts("quiet-whole.yaml");

        assertThat(texts).hasSize(3);
        for (String text : texts) {
            assertThat(new AzureServiceTokenProvider(text)).isNotNull();
        }
    }
}
