// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final long HOUR_MILLIS = 3_600_000;

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1000", "' 120 ', 120000", "1.9, 1000", "3600, 3600000"})
    void millis_ofSeconds_isThatLong(String header, long expected) {
        assertThat(RetryAfter.millis(header, null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3601", "86400", "999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void millis_ofMoreThanAnHour_isAnHour(String header) {
        assertThat(RetryAfter.millis(header, null)).isEqualTo(HOUR_MILLIS);
    }

    @Test
    void millis_ofADateToCome_isTheTimeUntilThen() {
        String header = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(3_600).atOffset(ZoneOffset.UTC));

        assertThat(RetryAfter.millis(header, null)).isBetween(3_300_000L, 3_600_000L);
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
        assertThat(RetryAfter.millis(header, null)).isZero();
    }

    @Test
    void millis_withoutTheHeader_isNone() {
        assertThat(RetryAfter.millis(null, null)).isZero();
        assertThat(RetryAfter.duration(answer(null, null))).isNull();
        assertThat(RetryAfter.duration(answer("3", null))).isEqualTo(Duration.ofSeconds(3));
    }

    /** The server's own clock is an hour ahead of this machine's, or an hour behind, and wants half a minute. */
    @ParameterizedTest
    @ValueSource(longs = {-3_600, -30, 0, 30, 3_600})
    void duration_ofADateByAnotherClock_isCorrectedByTheServersDate(long aheadSeconds) {
        Instant theirs = Instant.now().plusSeconds(aheadSeconds);

        assertThat(RetryAfter.duration(answer(date(theirs.plusSeconds(30)), date(theirs))))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void remedy_saysTheWaitThatTheServerWants() {
        assertThat(RetryAfter.remedy(answer(null, null))).isEqualTo("Try again in a minute.");
        assertThat(RetryAfter.remedy(answer("60", null))).isEqualTo("Try again in a minute.");
        assertThat(RetryAfter.remedy(answer("61", null))).isEqualTo("Try again in 2 minutes, as the server wishes.");
        assertThat(RetryAfter.remedy(answer("86400", null)))
                .isEqualTo("Try again in 60 minutes, as the server wishes.");
    }

    private static String date(Instant moment) {
        return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
                .format(moment.atOffset(ZoneOffset.UTC));
    }

    private static HttpResponse answer(String retryAfter, String date) {
        return new HttpResponse(429, "", retryAfter, null, null, date, null);
    }
}
