// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.ConnectionString;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionPairsTest {

    /** What the library writes, podid reads. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "a;b", "a=b", "=a", "it's", "\"quoted\"", "'quoted'", " blanks ", "a\";\"b", "'"})
    void parse_ofWhatTheLibraryWrites_hasTheValue(String value) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("RunAs", "Agent");
        settings.put("AppId", value);
        settings.put("TenantId", "t");

        ConnectionPairs pairs = ConnectionPairs.parse(ConnectionString.write(settings));

        assertThat(pairs.values()).isEqualTo(Map.of("runas", "Agent", "appid", value, "tenantid", "t"));
    }

    @Test
    void parse_ofBlanksLineBreaksAndEmptyParts_ignoresThem() {
        ConnectionPairs pairs = ConnectionPairs.parse(" RunAs = Agent ;;\n  appid=b\n; ");

        assertThat(pairs.value("RUNAS")).isEqualTo("Agent");
        assertThat(pairs.value("AppId")).isEqualTo("b");
        assertThat(pairs.has("TenantId")).isFalse();
    }

    @Test
    void parse_ofALongValueInQuotes_readsItWhole() {
        String value = "\"".repeat(100_000);

        assertThat(ConnectionPairs.parse("AppId='" + value + "';RunAs=Agent").value("RunAs"))
                .isEqualTo("Agent");
        assertThat(ConnectionPairs.parse("AppId=\"" + value + "\"").value("AppId"))
                .hasSize(50_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RunAs", "=", "x;y", "\"", "AppId='a"})
    void parse_ofNoConnectionString_readsWhatItCan(String text) {
        assertThat(ConnectionPairs.parse(text).value("RunAs")).isEmpty();
    }
}
