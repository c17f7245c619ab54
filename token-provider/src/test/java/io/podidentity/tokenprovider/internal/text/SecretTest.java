// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SecretTest {
    private static final String TEXT = "Kq8~z/Wm3+Tr?vX5&pL2=eB7";

    static Stream<String> forms() {
        String encoded = URLEncoder.encode(TEXT, StandardCharsets.UTF_8);
        byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                TEXT,
                TEXT.toUpperCase(Locale.ROOT),
                TEXT.toLowerCase(Locale.ROOT),
                TEXT.substring(0, 8),
                TEXT.substring(0, TEXT.length() - 1),
                TEXT.substring(1),
                TEXT.substring(TEXT.length() - 8),
                encoded,
                encoded.toLowerCase(Locale.ROOT),
                Base64.getEncoder().withoutPadding().encodeToString(bytes),
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void hide_itInAnyForm_masksAllOfIt(String form) {
        assertThat(new Secret(TEXT).hide("Key '" + form + "' is wrong.")).isEqualTo("Key '[hidden]' is wrong.");
    }

    @ParameterizedTest
    @CsvSource({"a:", "ab:", "abc:"})
    void hide_itAsThePasswordOfBase64_leavesTheNameAlone(String name) {
        byte[] pair = (name + TEXT).getBytes(StandardCharsets.UTF_8);

        String hidden = new Secret(TEXT).hide(Base64.getEncoder().encodeToString(pair));

        String shown = hidden.substring(0, hidden.indexOf("[hidden]"));
        assertThat(new String(
                        Base64.getDecoder().decode(shown.substring(0, shown.length() / 4 * 4)), StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(name.length() + 1);
        assertThat(hidden.substring(shown.length() + 8)).hasSizeLessThan(4);
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 'xABCx', 'x[hidden]x'",
        "'', 'all of it', 'all of it'",
        "my-secret-of-1999, 'The secret is wrong.', 'The secret is wrong.'"
    })
    void hide_aShortOneOrNone_masksAsMuchAsItMust(String secret, String text, String expected) {
        assertThat(new Secret(secret).hide(text)).isEqualTo(expected);
    }

    @Test
    void hide_inALongText_keepsTheBeginning() {
        assertThat(new Secret(TEXT).hide(TEXT + " ".repeat(1_000_000) + TEXT))
                .startsWith("[hidden] ")
                .hasSizeLessThan(5_000);
    }
}
