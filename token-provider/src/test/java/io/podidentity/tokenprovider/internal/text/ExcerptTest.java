package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.Tokens;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExcerptTest {
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "'   ', ''",
        "a, a",
        "'  a  b\t\tc\r\nd  ', a b c d",
        "Identity not found, Identity not found",
        "https://storage.azure.com/, https://storage.azure.com/",
        "11111111-1111-1111-1111-111111111111, 11111111-1111-1111-1111-111111111111",
        "j\u00f6rg \ud83d\ude00, j\u00f6rg \ud83d\ude00",
    })
    void of_shortText_isOneLineOfIt(String text, String expected) {
        assertThat(Excerpt.of(text, 60)).isEqualTo(expected);
    }

    @Test
    void of_longText_isCut() {
        assertThat(Excerpt.of("0123456789", 10)).isEqualTo("0123456789");
        assertThat(Excerpt.of("01234567890", 10)).isEqualTo("0123456...");
        assertThat(Excerpt.of("word ".repeat(100_000), 20)).isEqualTo("word word word wo...");
    }

    @Test
    void of_longTextCutInsideACharacterOfTwoUnits_leavesNoHalf() {
        assertThat(Excerpt.of("123456\ud83d\ude00abcdef", 10)).isEqualTo("123456...");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void of_textThatMustBeVeryShort_isNoLonger(int length) {
        assertThat(Excerpt.of("a long text", length)).hasSizeLessThanOrEqualTo(length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000", "\u0007", "\u0008", "\n", "\r", "\u000b", "\u001b", "\u007f", "\u0085", "\u009b", "\u2028",
                "\u2029"
            })
    void of_controlCharactersAndLineBreaks_areBlanks(String control) {
        assertThat(Excerpt.of("one" + control + "two" + control + control, 60)).isEqualTo("one two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u200b", "\u202e", "\u2066", "\u2069", "\ufeff"})
    void of_charactersThatHideOrReorderText_areBlanks(String format) {
        assertThat(Excerpt.of("one" + format + "two", 60)).isEqualTo("one two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%s", "Bearer %s", "token=%s", "{\"access_token\":\"%s\"}", "'%s'", "(%s)", "got\n%s\nfrom"})
    void of_textWithAJwt_hidesIt(String frame) {
        String token = Tokens.jwt(Map.of("aud", "https://storage.azure.com/", "oid", "o"));

        String excerpt = Excerpt.of(frame.formatted(token), 300);

        assertThat(excerpt).contains("[hidden]");
        for (String part : token.split("\\.", -1)) {
            assertThat(excerpt).doesNotContain(part);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcXYZ019", "A/+b=", "a-b_c~d."})
    void of_textWithALongRun_hidesIt(String characters) {
        String secret = characters.repeat(60);

        assertThat(Excerpt.of("before " + secret + " after", 300)).isEqualTo("before [hidden] after");
        assertThat(Excerpt.of("key:" + secret, 300)).isEqualTo("key:[hidden]");
    }

    @Test
    void of_textWithATokenBeyondTheBound_isHiddenBeforeItIsCut() {
        String token = Tokens.jwt(Map.of("oid", "o"));

        assertThat(Excerpt.of("12345678 " + token, 20)).isEqualTo("12345678 [hidden]");
        assertThat(Excerpt.of("12345678 " + token, 15)).isEqualTo("12345678 [hi...");
    }

    @ParameterizedTest
    @CsvSource({"'a sentence.', a sentence", "a sentence, a sentence", "'', ''", "'and so on...', and so on..."})
    void sentence_always_endsWithoutAFullStop(String text, String expected) {
        assertThat(Excerpt.sentence(text, 60)).isEqualTo(expected);
    }
}
