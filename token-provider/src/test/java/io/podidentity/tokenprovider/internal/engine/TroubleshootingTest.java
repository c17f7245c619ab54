// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a message says to read is there to be read. */
class TroubleshootingTest {
    private static final Pattern READ_ON = Pattern.compile("\n  More: (https://.+)#(.+)$");

    @ParameterizedTest
    @EnumSource
    void message_onASourceThatFailed_namesItsSection(SourceDescriptor known) throws IOException {
        assertThat(section(call(Code.REFUSED, known.label()).getMessage())).isEqualTo(known.anchor());
    }

    @ParameterizedTest
    @EnumSource
    void message_onACall_namesASectionOrNone(Code code) throws IOException {
        Matcher readOn = READ_ON.matcher(call(code, null).getMessage());

        boolean found = readOn.find();

        assertThat(found).isEqualTo(code != Code.REFUSED && code != Code.INVALID_RESPONSE);
        if (found) {
            assertThat(page(readOn.group(1))).contains("## " + readOn.group(2));
        }
    }

    @Test
    void message_onASourceOfTheUsersOwn_namesNoSection() {
        assertThat(call(Code.REFUSED, "Vault agent").getMessage()).doesNotContain("More: ");
    }

    @Test
    void address_isBelowTheUrlOfThePom() throws IOException {
        Matcher readOn = READ_ON.matcher(call(Code.TIMED_OUT, null).getMessage());

        assertThat(readOn.find()).isTrue();
        String project = readOn.group(1).replace("/blob/main/docs/troubleshooting.md", "");
        assertThat(Files.readString(Path.of("..", "pom.xml"))).contains("\n  <url>" + project + "</url>\n");
    }

    /** The section that a message names, which must be there. */
    private static String section(String message) throws IOException {
        Matcher readOn = READ_ON.matcher(message);
        assertThat(readOn.find()).as(message).isTrue();
        assertThat(page(readOn.group(1))).contains("## " + readOn.group(2));
        return readOn.group(2);
    }

    /** The page in the repository that an address shows. */
    private static List<String> page(String address) throws IOException {
        return Files.readAllLines(Path.of("..", address.substring(address.indexOf("/docs/") + 1)));
    }

    private static TokenAcquisitionException call(Code code, String failed) {
        List<TokenAttempt> attempts = failed == null
                ? List.of()
                : List.of(new TokenAttempt(failed, TokenAttempt.State.FAILED, Duration.ZERO, "no", ""));
        return Failures.ofCall(new TokenAcquisitionException(code, "no", "", null), "r", attempts);
    }
}
