// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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
    void of_aResourceId_isReadableHoweverLong() {
        String id =
                "/subscriptions/3f2504e0-4f89-11d3-9a0c-0305e82c3301/resourcegroups/MC_production_westeurope/providers/"
                        + "Microsoft.ManagedIdentity/userAssignedIdentities/orders";

        assertThat(Excerpt.of("identity '" + id + "' not found", 400)).isEqualTo("identity '" + id + "' not found");
        assertThat(Excerpt.of(id + "/" + "x".repeat(121), 400)).isEqualTo(id + "[hidden]");
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

    @ParameterizedTest
    @CsvSource({
        "abc8Q~Yx3kLm9PzR2vTn5WcJ7dFhG1bS4eK6aU0q",
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "tGzv3JOkF0XG5Qx2TlKWIA7cYp9RmB4nEdUs6hVj8oLw+z/1fC=",
        "AXoA9k2LmN8pQrS5tUvW-xYz0aBcD1eFgH_iJkL3mNoP6qRsT7uVwX4yZ"
    })
    void printed_withARandomRun_hidesIt(String token) {
        assertThat(Excerpt.printed("refused token=" + token + " of 1", 300))
                .isIn("refused token=[hidden] of 1", "refused token=[hidden]= of 1");
        assertThat(Excerpt.printed("refused '0." + token + "'", 300))
                .isIn("refused '0.[hidden]'", "refused '0.[hidden]='");
    }

    @Test
    void printed_withAJwt_hidesItsEndToo() {
        String header =
                base64("{\"alg\":\"RS256\",\"kid\":\"1a2B3c4D5e6F7g8H9i0J\"}").replace("=", "");

        assertThat(Excerpt.printed("got " + header + ".e30.c2lnbmF0dXJl here", 300))
                .isEqualTo("got [hidden] here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://storage.azure.com/.default",
                "Trace ID: 3f2504e0-4f89-11d3-9a0c-0305e82c3301 Correlation ID: 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
                "/subscriptions/3f2504e0-4f89-11d3-9a0c-0305e82c3301/resourceGroups/MC_rg1_aks1_westeurope/x/MyAppIdentityForProduction01",
                "3f2504e0-4f89-11d3-9a0c-0305e82c3301/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
                "/opt/homebrew/Cellar/azure-cli/2.65.0/libexec/lib/python3.12/site-packages/azure/cli/core/_profile.py",
                "/nix/store/0c5b1k9xg2r8a7d6f4h3j2l1m0n9p8q7-azure-cli-2.65.0/bin/az",
                "C:\\Program Files\\Microsoft SDKs\\Azure\\CLI2\\python.exe",
                "my-storage-account-0123-in-westeurope-2.privatelink.blob.core.windows.net",
                "az account get-access-token --output json --resource https://vault.azure.net --subscription Prod-2026",
                "AADSTS700082: The refresh token has expired at 2026-01-01T00:00:00.1234567Z",
            })
    void printed_withNothingSecret_isAsItWas(String text) {
        assertThat(Excerpt.printed(text, 400)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "'%s'", "\"%s\"", "%s'."})
    void of_theCommandForAClaimsChallenge_canBeCopied(String frame) {
        String claims = base64("{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}");
        String command = "Run 'az login --claims-challenge " + frame.formatted(claims);

        assertThat(Excerpt.of(command, 400)).isEqualTo(command);
        assertThat(Excerpt.of("token " + claims, 400)).isEqualTo("token [hidden]");
    }

    @Test
    void of_whatIsNoClaimsBehindThatOption_isHidden() {
        String token = Tokens.jwt(Map.of("oid", "o"));
        for (String secret : new String[] {
            token,
            token.substring(0, token.indexOf('.')),
            base64("{\"access_token\":\"abc\"}"),
            base64("{\"access_token\":{\"a\":\"" + token + "\"}}")
        }) {
            assertThat(Excerpt.of("az login --claims-challenge " + secret, 400))
                    .isEqualTo("az login --claims-challenge [hidden]");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "EYJ0EXAIOIJKV1QILCJHBGCIOIJSUZI1NIJ9.EYJHCHBPZCI6IMMI, [hidden]",
        "eyj0exaioijkv1qilcjhbgcioijsuzi1nij9.eyjhchbpzci6immi, [hidden]",
        "token=EYJ0EXAIOIJKV1QILCJHBGCIOIJSUZI1NIJ9.EYJHCHBPZCI6, token=[hidden]",
        "KEYJAR-OF-ANY-LENGTH-THAT-IS-LONGER-THAN-ONES-OF-WORDS, KEYJAR-OF-ANY-LENGTH-THAT-IS-LONGER-THAN-ONES-OF-WORDS",
        "eyjafjallajokull, eyjafjallajokull",
    })
    void of_aTokenWhoseLettersLostTheirCase_hidesIt(String text, String shown) {
        assertThat(Excerpt.of(text, 200)).isEqualTo(shown);
    }
}
