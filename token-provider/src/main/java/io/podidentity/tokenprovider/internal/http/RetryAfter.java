// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** Reads the header {@code Retry-After} (RFC 9110, 10.2.3): seconds or a date. */
public final class RetryAfter {
    /** An hour. A server that asks for more is mistaken. This limits each wait that a server or a source names. */
    private static final long MAX_MILLIS = 3_600_000;

    private RetryAfter() {}

    /** The wait that a failure names, but an hour at most. A program's own source may name any wait. */
    public static Duration limitWait(Duration wish) {
        Duration max = Duration.ofMillis(MAX_MILLIS);
        if (wish.compareTo(max) > 0) {
            return max;
        }
        return wish;
    }

    /** The wait that an answer asks for; null if it asks for none. */
    public static @Nullable Duration duration(HttpResponse response) {
        long millis = millis(response);
        if (millis == 0) {
            return null;
        }
        return Duration.ofMillis(millis);
    }

    /** The wait that an answer asks for, in milliseconds, an hour at most; 0 if it asks for none. */
    public static long millis(HttpResponse response) {
        return millis(response.retryAfter(), response.date());
    }

    /** What to do about a failure that may pass: when to try again. */
    public static String remedy(HttpResponse response) {
        long minutes = (millis(response) + 59_999) / 60_000;
        if (minutes <= 1) {
            return "Try again in a minute.";
        }
        return "Try again in " + minutes + " minutes, as the server wishes.";
    }

    /**
     * The wait that a header asks for, in milliseconds; 0 if it is absent, past or unreadable.
     *
     * @param date the header {@code Date} of the same answer; null without it. A date in {@code Retry-After} is
     *     compared with the server's own clock if possible, because this machine's clock may be wrong
     */
    static long millis(@Nullable String header, @Nullable String date) {
        if (header == null) {
            return 0;
        }
        Long seconds = ExpiryTime.readSeconds(header);
        if (seconds != null) {
            return Math.min(seconds, MAX_MILLIS / 1000) * 1000;
        }
        try {
            Instant at = ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            long now = ExpiryTime.readDate(date);
            if (now == 0) {
                now = Time.SYSTEM.millis();
            }
            return Math.max(0, Math.min(at.toEpochMilli() - now, MAX_MILLIS));
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
