// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static final JsonMapper JACKSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " \t\r\n{ \t\r\n} \t\r\n",
                "{\"a\":1}",
                "{\"\":\"\"}",
                "{\"a\":{\"b\":[1,\"2\",true,false,null,{}]}}",
                "{\"a\":[]}",
                "{\"a\" : [ ] , \"b\" : [ 1 , 2 ] }",
                "{\"a\":0}",
                "{\"a\":-0}",
                "{\"a\":-1}",
                "{\"a\":0.5}",
                "{\"a\":-0.0}",
                "{\"a\":1e5}",
                "{\"a\":1E+5}",
                "{\"a\":1.25e-7}",
                "{\"a\":0e0}",
                "{\"a\":999999999999999999}",
                "{\"a\":9223372036854775807}",
                "{\"a\":-9223372036854775808}",
                "{\"a\":123456789012345678901234567890}",
                "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
                "{\"a\":\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"}",
                "{\"a\":\"\\u0000\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\u007f\u2028\ud83d\ude00\"}",
                "{\"a\\u0041\":1,\"a\\u0042\":2}",
                "{\"a\":1,\"A\":2}",
            })
    void readObject_whenTextIsJson_readsWhatJacksonReads(String text) throws Exception {
        assertThat(comparable(JsonReader.readObject(text))).isEqualTo(comparable(JACKSON.readValue(text, Map.class)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "true",
                "1",
                "\"a\"",
                "[]",
                "[{}]",
                "{",
                "}",
                "{}}",
                "{}{}",
                "{} x",
                "{},",
                "{}//",
                "/**/{}",
                "# comment\n{}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{,\"a\":1}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1;\"b\":2}",
                "{\"a\"=1}",
                "{a:1}",
                "{'a':1}",
                "{1:1}",
                "{null:1}",
                "{\"a\":'b'}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"x\":{\"a\":1,\"a\":1}}",
                "{\"a\":[1,]}",
                "{\"a\":[,1]}",
                "{\"a\":[1 2]}",
                "{\"a\":[1}",
                "{\"a\":[}",
                "{\"a\":tru}",
                "{\"a\":True}",
                "{\"a\":truee}",
                "{\"a\":nul}",
                "{\"a\":undefined}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":-Infinity}",
                "{\"a\":+1}",
                "{\"a\":01}",
                "{\"a\":-01}",
                "{\"a\":00}",
                "{\"a\":-}",
                "{\"a\":.5}",
                "{\"a\":5.}",
                "{\"a\":1.e5}",
                "{\"a\":1e}",
                "{\"a\":1e+}",
                "{\"a\":1.5.2}",
                "{\"a\":0x10}",
                "{\"a\":1_000}",
                "{\"a\":1L}",
                "{\"a\":\u0661}",
                "{\"a\":\"",
                "{\"a\":\"b",
                "{\"a\":\"b\\",
                "{\"a\":\"b\\\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\U0041\"}",
                "{\"a\":\"\\'\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\u+123\"}",
                "{\"a\":\"\\u\u0661\u0661\u0661\u0661\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\n\n\"}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\u0000\"}",
                "{\"a\":\"\u001f\"}",
                "\u00a0{}",
                "\u000b{}",
                "\u000c{}",
                "{\u2003}",
                "<html></html>",
            })
    void readObject_whenTextIsNoJsonObject_isRefused(String text) {
        assertThatThrownBy(() -> JsonReader.readObject(text))
                .isInstanceOf(JsonException.class)
                .hasMessageMatching("not JSON \\([a-zA-Z ]+, at character \\d+\\)");
    }

    @Test
    void readObject_ofEachKind_answersTheJavaTypeOfIt() throws Exception {
        Map<String, Object> object = JsonReader.readObject(
                "{\"text\":\"t\",\"long\":42,\"big\":1234567890123456789012,\"fraction\":1.50,\"yes\":true,"
                        + "\"no\":false,\"nothing\":null,\"list\":[1],\"map\":{\"k\":\"v\"}}");

        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("text", "t");
        expected.put("long", 42L);
        expected.put("big", new BigDecimal("1234567890123456789012"));
        expected.put("fraction", new BigDecimal("1.50"));
        expected.put("yes", true);
        expected.put("no", false);
        expected.put("nothing", null);
        expected.put("list", List.of(1L));
        expected.put("map", Map.of("k", "v"));
        assertThat(object).containsExactlyEntriesOf(expected);
    }

    @Test
    void readObject_whenNestedAsDeepAsAllowed_isRead() throws Exception {
        assertThat(JsonReader.readObject(nested(32, "[", "]"))).containsOnlyKeys("a");
        assertThat(JsonReader.readObject(nested(31, "{\"a\":", "}"))).containsOnlyKeys("a");
    }

    @Test
    void readObject_whenNestedDeeper_isRefusedWithoutOverflowingTheStack() {
        assertThatThrownBy(() -> JsonReader.readObject(nested(33, "[", "]")))
                .isInstanceOf(JsonException.class)
                .hasMessage("not JSON (nested deeper than 32, at character 37)");
        assertThatThrownBy(() -> JsonReader.readObject(nested(200_000, "{\"a\":", "}")))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("not JSON (nested deeper than 32, at character ");
    }

    @Test
    void readObject_whenANumberIsTooLong_isRefused() throws Exception {
        String longest = "1".repeat(64);

        assertThat(JsonReader.readObject("{\"a\":" + longest + "}")).containsEntry("a", new BigDecimal(longest));
        assertThatThrownBy(() -> JsonReader.readObject("{\"a\":" + longest + "1}"))
                .isInstanceOf(JsonException.class)
                .hasMessage("not JSON (a number of more than 64 characters, at character 5)");
    }

    @Test
    void readObject_whenAnExponentIsOutOfRange_isRefused() {
        assertThatThrownBy(() -> JsonReader.readObject("{\"a\":1e99999999999}"))
                .isInstanceOf(JsonException.class)
                .hasMessage("not JSON (a number out of range, at character 5)");
    }

    @Test
    void readObject_ofAMegabyteOfText_isRead() throws Exception {
        String text = "x".repeat(1_000_000);

        assertThat(JsonReader.readObject("{\"a\":\"" + text + "\"}")).containsEntry("a", text);
        assertThat(JsonReader.readObject("{\"a\":\"\\n" + text + "\"}")).containsEntry("a", "\n" + text);
    }

    @Test
    void readObject_ofGeneratedDocuments_readsWhatJacksonReads() throws Exception {
        Random random = new Random(20261124);
        for (int i = 0; i < 3_000; i++) {
            String text = Generator.document(random);

            assertThat(comparable(JsonReader.readObject(text)))
                    .as(text)
                    .isEqualTo(comparable(JACKSON.readValue(text, Map.class)));
        }
    }

    @Test
    void readObject_ofMutatedDocuments_refusesWhatJacksonRefusesAndShowsNothingOfIt() throws Exception {
        Random random = new Random(42);
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            String text = Generator.mutated(random, Generator.document(random));
            Object expected = jackson(text);
            Throwable thrown = catchThrowable(() ->
                    assertThat(comparable(JsonReader.readObject(text))).as(text).isEqualTo(expected));
            if (thrown == null) {
                continue;
            }
            refused++;
            assertThat(thrown).as(text).isInstanceOf(JsonException.class);
            assertThat(thrown.getMessage())
                    .matches("not JSON \\((ends too early|an unexpected character|a member appears twice"
                            + "|an invalid escape|a number out of range), at character \\d+\\)");
            assertThat(expected)
                    .as("Jackson reads what we refuse (%s): %s", thrown.getMessage(), text)
                    .isNull();
        }
        assertThat(refused).isBetween(5_000, 29_000);
    }

    /** What Jackson reads, in a comparable form; null if it rejects the text. */
    private static Object jackson(String text) {
        try {
            return JACKSON.readTree(text).isObject() ? comparable(JACKSON.readValue(text, Map.class)) : null;
        } catch (JsonProcessingException | NumberFormatException e) {
            return null;
        }
    }

    /**
     * Numbers as BigDecimal without trailing zeros, objects as lists of their members, so that the order is compared
     * too.
     */
    private static Object comparable(Object value) {
        if (value instanceof Map<?, ?> map) {
            List<Object> members = new ArrayList<>();
            map.forEach((name, member) -> members.add(Arrays.asList(name, comparable(member))));
            return Arrays.asList("object", members);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(JsonReaderTest::comparable).toList();
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.stripTrailingZeros();
        }
        if (value instanceof BigInteger integer) {
            return new BigDecimal(integer).stripTrailingZeros();
        }
        return value instanceof Number number
                ? BigDecimal.valueOf(number.longValue()).stripTrailingZeros()
                : value;
    }

    private static String nested(int depth, String open, String close) {
        return "{\"a\":" + open.repeat(depth) + (open.equals("[") ? "" : "1") + close.repeat(depth) + "}";
    }

    /** Creates documents and damages them. */
    private static final class Generator {
        private static final String[] STRINGS = {
            "",
            "a",
            "access_token",
            "expires_on",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\n\\t\\\"\\\\\\/",
            "\u00fc",
            "\ud83d\ude00"
        };
        private static final String[] NUMBERS = {
            "0", "-0", "7", "-12", "1609459200", "3.25", "-0.5e3", "1E-2", "12345678901234567890", "0.10"
        };
        private static final String[] BLANKS = {"", "", "", " ", "\n", "\t", "\r\n  "};
        private static final String MUTANTS = "{}[]\",:\\/ \n\t\r0123456789.eE+-truefalsn\u0001\u00a0\u2028'u";

        private Generator() {}

        static String document(Random random) {
            return blank(random) + object(random, 0) + blank(random);
        }

        static String mutated(Random random, String text) {
            StringBuilder mutated = new StringBuilder(text);
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = random.nextInt(mutated.length() + 1);
                char c = MUTANTS.charAt(random.nextInt(MUTANTS.length()));
                switch (random.nextInt(5)) {
                    case 0 -> mutated.insert(at, c);
                    case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1 + random.nextInt(3)));
                    case 2 -> mutated.replace(at, Math.min(mutated.length(), at + 1), String.valueOf(c));
                    case 3 -> mutated.setLength(at);
                    default -> mutated.insert(at, mutated.substring(random.nextInt(at + 1), at));
                }
            }
            return mutated.toString();
        }

        private static String object(Random random, int depth) {
            StringBuilder object = new StringBuilder("{").append(blank(random));
            int size = random.nextInt(5);
            for (int i = 0; i < size; i++) {
                object.append(i == 0 ? "" : ",").append(blank(random));
                object.append('"').append(pick(random, STRINGS)).append(i).append('"');
                object.append(blank(random)).append(':').append(blank(random));
                object.append(value(random, depth + 1)).append(blank(random));
            }
            return object.append('}').toString();
        }

        private static String array(Random random, int depth) {
            StringBuilder array = new StringBuilder("[").append(blank(random));
            int size = random.nextInt(4);
            for (int i = 0; i < size; i++) {
                array.append(i == 0 ? "" : ",").append(blank(random));
                array.append(value(random, depth + 1)).append(blank(random));
            }
            return array.append(']').toString();
        }

        private static String value(Random random, int depth) {
            return switch (random.nextInt(depth > 5 ? 6 : 10)) {
                case 0 -> "true";
                case 1 -> "false";
                case 2 -> "null";
                case 3 -> pick(random, NUMBERS);
                case 4 -> Integer.toString(random.nextInt());
                case 5 -> '"' + pick(random, STRINGS) + pick(random, STRINGS) + '"';
                case 6, 7 -> array(random, depth);
                default -> object(random, depth);
            };
        }

        private static String blank(Random random) {
            return pick(random, BLANKS);
        }

        private static String pick(Random random, String[] from) {
            return from[random.nextInt(from.length)];
        }
    }
}
