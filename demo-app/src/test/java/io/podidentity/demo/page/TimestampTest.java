// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "PT45S, 10:00:45 UTC, in 45 s",
        "PT58M, 10:58:00 UTC, in 58 min",
        "PT3H5M, 13:05:00 UTC, in 3 h 5 min",
        "PT23H, '25 Nov 2026, 09:00 UTC', in 23 h 0 min",
        "P90D, '22 Feb 2027, 10:00 UTC', in 90 days",
        "PT-3M, 09:57:00 UTC, 3 min ago"
    })
    void of_anInstant_tellsTheTimeAndHowFarItIs(Duration distance, String clock, String text) {
        Instant instant = NOW.plus(distance);

        assertThat(Page.Timestamp.of(instant, NOW)).isEqualTo(new Page.Timestamp(instant.toString(), clock, text));
    }
}
