package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.DateText;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the many forms in which token endpoints write a moment. */
public final class ExpiryTime {
    /** The end of the year 9999: what lies behind it is no expiry but a mistake. */
    private static final long MAX_EPOCH_SECOND = 253_402_300_799L;

    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /** Fits a long. */
    private static final int MAX_DIGITS = 18;

    private ExpiryTime() {}

    /**
     * Reads {@code expires_on}: epoch seconds as a number or a text, ISO-8601 with an offset, or the American forms
     * that App Service writes.
     */
    public static @Nullable Instant read(@Nullable Object value) {
        Long seconds = readSeconds(value);
        if (seconds != null) {
            return epoch(seconds);
        }
        Instant date = value instanceof String text ? DateText.read(text.strip()) : null;
        return date == null ? null : epoch(date.getEpochSecond()) == null ? null : date;
    }

    /** Reads the header {@code Date}, such as {@code Sun, 06 Nov 1994 08:49:37 GMT} (RFC 9110, 5.6.7). */
    static long readDate(@Nullable String header) {
        if (header == null || header.length() != 29 || !header.endsWith(" GMT")) {
            return 0;
        }
        int month = MONTHS.indexOf(header.substring(8, 11));
        Long day = seconds(header.substring(5, 7));
        Long year = seconds(header.substring(12, 16));
        Long hour = seconds(header.substring(17, 19));
        Long minute = seconds(header.substring(20, 22));
        Long second = seconds(header.substring(23, 25));
        if (month < 0
                || month % 3 != 0
                || day == null
                || year == null
                || hour == null
                || minute == null
                || second == null) {
            return 0;
        }
        // Days since 1970 of a year that begins in March, which puts the leap day at its end.
        long shifted = month < 6 ? year - 1 : year;
        long days = shifted * 365
                + shifted / 4
                - shifted / 100
                + shifted / 400
                + (153 * ((month / 3 + 10) % 12) + 2) / 5
                + day
                - 1
                - 719_468;
        return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
    }

    /** Reads a number of seconds, such as {@code expires_in}, from a number or a text; null if it is neither. */
    static @Nullable Long readSeconds(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof BigDecimal number) {
            // longValue would drop high bits in silence, and work for minutes on a huge exponent.
            long digits = (long) number.precision() - number.scale();
            return digits > MAX_DIGITS ? null : digits <= 0 ? Long.valueOf(0) : Long.valueOf(number.longValue());
        }
        return value instanceof String text ? seconds(text.strip()) : null;
    }

    private static @Nullable Instant epoch(long seconds) {
        return seconds > 0 && seconds <= MAX_EPOCH_SECOND ? Instant.ofEpochSecond(seconds) : null;
    }

    private static @Nullable Long seconds(String text) {
        int end = text.indexOf('.');
        String whole = end > 0 && allDigits(text, end + 1) ? text.substring(0, end) : text;
        return !whole.isEmpty() && whole.length() <= MAX_DIGITS && allDigits(whole, 0) ? Long.valueOf(whole) : null;
    }

    private static boolean allDigits(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
