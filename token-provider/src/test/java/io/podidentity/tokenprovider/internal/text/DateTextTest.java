// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DateTextTest {
    @ParameterizedTest
    @CsvSource({
        "2024-02-28 12:05:53.000000, America/Los_Angeles, 2024-02-28T20:05:53Z",
        "2024-02-28 23:51:00.123456, Asia/Tokyo, 2024-02-28T14:51:00.123456Z",
        "2024-02-28 12:05:53, UTC, 2024-02-28T12:05:53Z",
        "' 2024-02-28T12:05:53 ', UTC, 2024-02-28T12:05:53Z",
        "2024-07-01 12:00:00.000000, Europe/Berlin, 2024-07-01T10:00:00Z",
        "2024-01-01 12:00:00.000000, Europe/Berlin, 2024-01-01T11:00:00Z",
        "2024-01-01 12:00:00.000000, Asia/Kathmandu, 2024-01-01T06:15:00Z",
    })
    void readLocal_ofAzsForm_isThatMomentInTheZone(String text, ZoneId zone, Instant expected) {
        assertThat(DateText.readLocal(text, zone)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "2024-11-03 01:30:00.000000, America/Los_Angeles, 2024-11-03T08:30:00Z",
        "2024-10-27 02:15:00.000000, Europe/Berlin, 2024-10-27T00:15:00Z",
    })
    void readLocal_whenTheClockShowsThatTimeTwice_isTheEarlierMoment(String text, ZoneId zone, Instant expected) {
        assertThat(DateText.readLocal(text, zone)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "2024-03-10 02:30:00.000000, America/Los_Angeles, 2024-03-10T10:30:00Z",
        "2024-03-31 02:30:00.000000, Europe/Berlin, 2024-03-31T01:30:00Z",
    })
    void readLocal_whenTheClockNeverShowsThatTime_isTheMomentByTheOldOffset(
            String text, ZoneId zone, Instant expected) {
        assertThat(DateText.readLocal(text, zone)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tomorrow",
                "2024-02-28",
                "2024-02-30 00:00:00",
                "2024-02-28 24:05:53",
                "28/02/2024 12:05:53",
                "2024-02-28 12:05:53Z",
                "2024-02-28  12:05:53",
                "1709150753"
            })
    void readLocal_ofAnyOtherText_isNull(String text) {
        assertThat(DateText.readLocal(text, ZoneId.of("UTC"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1709150753", "yesterday", "2024-02-28T12:05:53", "2024-02-28 12:05:53Z"})
    void read_ofNoDateWithAnOffset_isNull(String text) {
        assertThat(DateText.read(text)).isNull();
    }
}
