// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.podidentity.tokenprovider.support.FakeTime;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTimeTest {
    private static final long NOW = FakeTime.START.toEpochMilli();

    @ParameterizedTest
    @CsvSource({
        "1709150753, 2024-02-28T20:05:53Z",
        "' 1709150753 ', 2024-02-28T20:05:53Z",
        "1709150753.0, 2024-02-28T20:05:53Z",
        "1709150753.75, 2024-02-28T20:05:53Z",
        "1709150753., 2024-02-28T20:05:53Z",
        "1, 1970-01-01T00:00:01Z",
        "253402300799, 9999-12-31T23:59:59Z",
        "000000001709150753, 2024-02-28T20:05:53Z",
        "1/1/2020 0:00:00 PM +00:00, 2020-01-01T12:00:00Z",
        "1/1/2020 12:00:00 AM +00:00, 2020-01-01T00:00:00Z",
        "1/1/2020 12:00:00 PM +00:00, 2020-01-01T12:00:00Z",
        "1/1/2020 1:02:03 pm +00:00, 2020-01-01T13:02:03Z",
        "01/31/2020 23:59:59 +00:00, 2020-01-31T23:59:59Z",
        "9/3/2019 7:05:09 AM +00:00, 2019-09-03T07:05:09Z",
        "9/3/2019 7:05:09 AM +02:00, 2019-09-03T05:05:09Z",
        "09/03/2019 07:05:09 -08:00, 2019-09-03T15:05:09Z",
        "09/03/2019 07:05:09 Z, 2019-09-03T07:05:09Z",
        "09/03/2019 07:05:09, 2019-09-03T07:05:09Z",
        "12/31/2019 23:59:60 +00:00, 2020-01-01T00:00:00Z",
        "2019-09-03T07:05:09Z, 2019-09-03T07:05:09Z",
        "2019-09-03T07:05:09.1234567Z, 2019-09-03T07:05:09.1234567Z",
        "2019-09-03T07:05:09.0000000+00:00, 2019-09-03T07:05:09Z",
        "2019-09-03T07:05:09+02:00, 2019-09-03T05:05:09Z",
    })
    void read_ofText_understandsEveryFormThatIsKnown(String text, Instant expected) {
        assertThat(ExpiryTime.read(text)).isEqualTo(expected);
    }

    static Stream<Arguments> numbers() {
        return Stream.of(
                arguments(1709150753L, Instant.parse("2024-02-28T20:05:53Z")),
                arguments(new BigDecimal("1709150753.9"), Instant.parse("2024-02-28T20:05:53Z")),
                arguments(new BigDecimal("1.709150753E9"), Instant.parse("2024-02-28T20:05:53Z")));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void read_ofANumber_isEpochSeconds(Number number, Instant expected) {
        assertThat(ExpiryTime.read(number)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                ".5",
                "0",
                "-1",
                "+1",
                "1e9",
                "15609740s28",
                "soon",
                "1709150753.x",
                "1709150753.7.5",
                "253402300800",
                "9223372036854775808",
                "99999999999999999999999999999999999999",
                "\u0661\u0667\u0660\u0669\u0661\u0665\u0660\u0667\u0665\u0663",
                "2019-09-03",
                "2019-09-03T07:05:09",
                "2019-09-03 07:05:09",
                "2019-13-03T07:05:09Z",
                "2019-09-03T25:05:09Z",
                "31/1/2020 0:00:00 +00:00",
                "2/30/2020 0:00:00 +00:00",
                "1/1/2020 24:00:00 +00:00",
                "1/1/2020 0:60:00 +00:00",
                "1/1/20 0:00:00 +00:00",
                "1/1/2020 0:00 +00:00",
                "1/1/2020 0:00:00 XM +00:00",
                "1/1/2020 0:00:00 +99:00",
                "1/1/2020 0:00:00 +0000",
                "x1/1/2020 0:00:00 +00:00",
            })
    void read_ofAnyOtherText_isNull(String text) {
        assertThat(ExpiryTime.read(text)).isNull();
    }

    static Stream<Object> otherValues() {
        return Stream.of(
                0L,
                -1L,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                253_402_300_800L,
                new BigDecimal("0.9"),
                new BigDecimal("-1709150753.5"),
                // 2^64 + 1709150753: its low 64 bits alone are a plausible moment.
                new BigDecimal("18446744075418702369"),
                new BigDecimal("1E+40"),
                new BigDecimal("1E+2147483647"),
                new BigDecimal("1E-2147483647"),
                true,
                List.of("1709150753"),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("otherValues")
    void read_ofAnyOtherValue_isNull(Object value) {
        assertThat(ExpiryTime.read(value)).isNull();
    }

    @Test
    void read_ofNothing_isNull() {
        assertThat(ExpiryTime.read(null)).isNull();
        assertThat(ExpiryTime.readSeconds(null)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"3599, 3599", "' 3599 ', 3599", "3599.9, 3599", "0, 0", "86399.0, 86399"})
    void readSeconds_ofText_isTheWholeSeconds(String text, long expected) {
        assertThat(ExpiryTime.readSeconds(text)).isEqualTo(expected);
    }

    @Test
    void readSeconds_ofANumber_isTheWholeSeconds() {
        assertThat(ExpiryTime.readSeconds(3599L)).isEqualTo(3599);
        assertThat(ExpiryTime.readSeconds(new BigDecimal("3599.5"))).isEqualTo(3599);
        assertThat(ExpiryTime.readSeconds(new BigDecimal("1E+2147483647"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-5", "1h", "0x10", "9999999999999999999"})
    void readSeconds_ofAnyOtherText_isNull(String text) {
        assertThat(ExpiryTime.readSeconds(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"expires_on\":\"1767229200\",\"expires_in\":\"3301\"}",
                "{\"expires_on\":1767229200,\"expires_in\":86399}",
                "{\"expires_in\":\"3600\"}",
                "{\"expires_in\":3600}",
                "{\"expires_in\":3600.5}",
                "{\"expires_on\":\"in an hour\",\"expires_in\":3600}",
                "{\"expires_on\":null,\"expires_in\":3600}",
                "{\"expires_on\":\"1/1/2026 1:00:00 AM +00:00\"}",
            })
    void expiresOn_whileTheClocksAgree_isTheMomentUnlessTheDurationIsMuchShorter(String body) throws Exception {
        assertThat(TokenResponse.read(body).expiresOn(NOW)).isEqualTo(FakeTime.START.plus(Duration.ofHours(1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"expires_in\":0}",
                "{\"expires_in\":-1}",
                "{\"expires_in\":\"\"}",
                "{\"expires_in\":1000000001}",
                "{\"expires_in\":1e300}",
                "{\"expires_in\":true}",
                "{\"expires_on\":\"15609740s28\"}",
                "{\"expires_on\":{}}",
            })
    void expiresOn_ofAnAnswerWithoutOne_isNull(String body) throws Exception {
        assertThat(TokenResponse.read(body).expiresOn(NOW)).isNull();
    }

    @Test
    void refreshOn_ofAnAnswer_isRefreshInFromNowOn() throws Exception {
        assertThat(TokenResponse.read("{\"refresh_in\":1800}").refreshOn(NOW))
                .isEqualTo(FakeTime.START.plus(Duration.ofMinutes(30)));
        assertThat(TokenResponse.read("{\"refresh_in\":\"1800\"}").refreshOn(NOW))
                .isEqualTo(FakeTime.START.plus(Duration.ofMinutes(30)));
        assertThat(TokenResponse.read("{}").refreshOn(NOW)).isNull();
        assertThat(TokenResponse.read("{\"refresh_in\":0}").refreshOn(NOW)).isNull();
    }

    /**
     * The token lives an hour from the moment at which the issuer's clock shows what NOW is; ours is off by so much.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 3599, Thu, 3600",
        "-7200, 3599, Thu, 3600",
        "-7200, , Thu, 3600",
        "-7200, 3599, , 3599",
        "7200, 3599, Thu, 3600",
        "7200, 86399, Thu, 3600",
        "7200, , Thu, 3600",
    })
    void expiresOn_ofAnAnswerWithADate_lastsAsLongByAClockThatIsWrong(
            long offSeconds, String expiresIn, String date, long lasts) throws Exception {
        long now = NOW + offSeconds * 1000;
        String body = "{\"expires_on\":1767229200" + (expiresIn == null ? "" : ",\"expires_in\":" + expiresIn) + "}";

        Instant expiresOn =
                TokenResponse.read(body).expiresOn(now, date == null ? null : "Thu, 01 Jan 2026 00:00:00 GMT");

        assertThat(Duration.ofMillis(expiresOn.toEpochMilli() - now)).isEqualTo(Duration.ofSeconds(lasts));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 02 Jan 2037 00:00:00 GMT", "yesterday"})
    void expiresOn_whenTheDateIsNone_goesByThisMachinesClock(String date) throws Exception {
        assertThat(TokenResponse.read("{\"expires_on\":1767229200}").expiresOn(NOW, date))
                .isEqualTo(FakeTime.START.plus(Duration.ofHours(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "'Sun, 06 Nov 1994 08:49:37 GMT', 1994-11-06T08:49:37Z",
        "'Thu, 29 Feb 2024 23:59:59 GMT', 2024-02-29T23:59:59Z",
        "'Fri, 01 Mar 2024 00:00:00 GMT', 2024-03-01T00:00:00Z",
        "'Wed, 31 Dec 2025 12:00:00 GMT', 2025-12-31T12:00:00Z",
        "'Thu, 01 Jan 1970 00:00:01 GMT', 1970-01-01T00:00:01Z",
    })
    void readDate_ofTheHttpForm_isThatMoment(String text, Instant expected) {
        assertThat(Instant.ofEpochMilli(ExpiryTime.readDate(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Sun, 06 nov 1994 08:49:37 GMT",
                "Sun, 06 anF 1994 08:49:37 GMT",
                "Sun, -6 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 CET"
            })
    void readDate_ofAnythingElse_isNothing(String text) {
        assertThat(ExpiryTime.readDate(text)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z", "1969-12-31T23:59:59Z"})
    void read_ofAMomentThatIsNoExpiry_isNothing(String text) {
        assertThat(ExpiryTime.read(text)).isNull();
    }
}
