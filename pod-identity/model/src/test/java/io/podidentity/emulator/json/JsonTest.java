// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.CharBuffer;
import java.text.ParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void object_ofEachKindOfValue_isWrittenAsItWasRead() throws Exception {
        String text = "{\"b\":[1,-9223372036854775808,0.5,true,false,null,\"a\\\"\\n/<é\"],\"a\":{}}";

        Map<String, Object> object = Json.object(text);

        assertThat(object.get("b")).isEqualTo(Arrays.asList(1L, Long.MIN_VALUE, 0.5, true, false, null, "a\"\n/<é"));
        assertThat(Json.write(object)).isEqualTo(text);
    }

    @Test
    void write_ofOtherNumbersAndValues_isWhatTheyAre() {
        var object = new LinkedHashMap<String, Object>();
        object.put("decimal", new BigDecimal("1579946108123.456"));
        object.put("int", 7);
        object.put("text", CharBuffer.wrap("x"));

        assertThat(Json.write(object)).isEqualTo("{\"decimal\":1579946108123.456,\"int\":7,\"text\":\"x\"}");
        assertThat(Json.write(List.of())).isEqualTo("[]");
        assertThat(Json.write("a\"")).isEqualTo("\"a\\\"\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{\"a\":1,\"a\":2}",
                "{} x",
                "{'a':1}",
                "{\"a\":secret}",
                "{\"a\":1",
                "{\"a\":01}"
            })
    void object_ofWhatIsNone_isRefusedWithoutItsText(String text) {
        assertThatThrownBy(() -> Json.object(text))
                .isInstanceOfSatisfying(
                        ParseException.class, e -> assertThat(e.getMessage()).doesNotContain("secret", "\""));
    }

    @Test
    void array_thatIsDeeperThanAnybodyWrites_isRefused() {
        assertThatThrownBy(() -> Json.array("[".repeat(100_000))).isInstanceOf(ParseException.class);
    }
}
