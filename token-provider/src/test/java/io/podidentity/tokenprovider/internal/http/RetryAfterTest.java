package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final long DAY_MILLIS = 86_400_000;

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1000", "' 120 ', 120000", "1.9, 1000", "86400, 86400000"})
    void millis_ofSeconds_isThatLong(String header, long expected) {
        assertThat(RetryAfter.millis(header)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"86401", "999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void millis_ofMoreThanADay_isADay(String header) {
        assertThat(RetryAfter.millis(header)).isEqualTo(DAY_MILLIS);
    }

    @Test
    void millis_ofADateToCome_isTheTimeUntilThen() {
        String header = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(3_600).atOffset(ZoneOffset.UTC));

        assertThat(RetryAfter.millis(header)).isBetween(3_300_000L, 3_600_000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "soon",
                "1h",
                "Wed, 21 Oct 2015 07:28:00 GMT",
                "Wed, 21 Oct 2015",
                "2030-01-01T00:00:00Z"
            })
    void millis_ofThePastOrAnythingElse_isNone(String header) {
        assertThat(RetryAfter.millis(header)).isZero();
    }

    @Test
    void millis_withoutTheHeader_isNone() {
        assertThat(RetryAfter.millis(null)).isZero();
        assertThat(RetryAfter.duration(null)).isNull();
        assertThat(RetryAfter.duration("3")).isEqualTo(Duration.ofSeconds(3));
    }
}
