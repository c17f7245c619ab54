// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.DateText;
import java.math.BigDecimal;
import java.time.Instant;

/** Reads the many forms in which token endpoints write a moment. */
public final class ExpiryTime {
    /** The end of the year 9999. A later moment is not an expiry but a mistake. */
    private static final long MAX_EPOCH_SECOND = 253_402_300_799L;

    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /** Every number with so many digits fits into a long. */
    private static final int MAX_DIGITS = 18;

    private ExpiryTime() {}

    /**
     * Reads {@code expires_on}: epoch seconds as a number or a text, ISO-8601 with an offset, or the American forms
     * that App Service writes. Null if the value is absent or has another form.
     */
    public static @Nullable Instant read(@Nullable Object value) {
        Long seconds = readSeconds(value);
        if (seconds != null) {
            return isPlausible(seconds) ? Instant.ofEpochSecond(seconds) : null;
        }
        if (!(value instanceof String text)) {
            return null;
        }
        Instant date = DateText.read(text.strip());
        if (date == null || !isPlausible(date.getEpochSecond())) {
            return null;
        }
        return date;
    }

    /**
     * Reads the header {@code Date}, such as {@code Sun, 06 Nov 1994 08:49:37 GMT} (RFC 9110, 5.6.7). Nearly every
     * answer has one, and the JDK's parser of dates would have to be loaded before the first token.
     *
     * @return the moment in milliseconds since 1970; 0 if the header is absent or in another form
     */
    static long readDate(@Nullable String header) {
        if (header == null || header.length() != 29 || !header.endsWith(" GMT")) {
            return 0;
        }
        int month = MONTHS.indexOf(header.substring(8, 11));
        Long day = parseSeconds(header.substring(5, 7));
        Long year = parseSeconds(header.substring(12, 16));
        Long hour = parseSeconds(header.substring(17, 19));
        Long minute = parseSeconds(header.substring(20, 22));
        Long second = parseSeconds(header.substring(23, 25));
        boolean hasMonth = month >= 0 && month % 3 == 0;
        if (!hasMonth || day == null || year == null || hour == null || minute == null || second == null) {
            return 0;
        }
        long days = daysSinceEpoch(year, month / 3, day);
        return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
    }

    /** The days since 1970. The calculation uses years that begin in March, so that the leap day is the last one. */
    private static long daysSinceEpoch(long year, int monthFromZero, long day) {
        long shifted = year;
        if (monthFromZero < 2) {
            shifted--;
        }
        long leapDays = shifted / 4 - shifted / 100 + shifted / 400;
        long daysBeforeMonth = (153L * ((monthFromZero + 10) % 12) + 2) / 5;
        return shifted * 365 + leapDays + daysBeforeMonth + day - 1 - 719_468;
    }

    /** Reads a number of seconds, such as {@code expires_in}, from a number or a text; null if it is neither. */
    static @Nullable Long readSeconds(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof BigDecimal number) {
            return wholeSeconds(number);
        }
        if (value instanceof String text) {
            return parseSeconds(text.strip());
        }
        return null;
    }

    private static @Nullable Long wholeSeconds(BigDecimal number) {
        // longValue would drop high bits without an error, and work for minutes on a huge exponent.
        long digits = (long) number.precision() - number.scale();
        if (digits > MAX_DIGITS) {
            return null;
        }
        if (digits <= 0) {
            return 0L;
        }
        return number.longValue();
    }

    private static boolean isPlausible(long epochSecond) {
        return epochSecond > 0 && epochSecond <= MAX_EPOCH_SECOND;
    }

    private static @Nullable Long parseSeconds(String text) {
        String whole = text;
        int point = text.indexOf('.');
        if (point > 0 && hasDigitsOnly(text, point + 1)) {
            whole = text.substring(0, point);
        }
        if (whole.isEmpty() || whole.length() > MAX_DIGITS || !hasDigitsOnly(whole, 0)) {
            return null;
        }
        return Long.valueOf(whole);
    }

    private static boolean hasDigitsOnly(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
