package io.podidentity.tokenprovider.internal.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads the header {@code Retry-After} (RFC 9110, 10.2.3): seconds or a date. */
public final class RetryAfter {
    /** An hour: a server that wants more is mistaken. The one limit of all waits that somebody else names. */
    private static final long MAX_MILLIS = 3_600_000;

    private RetryAfter() {}

    /** A wait that was named by whoever failed, be it a source that is not the library's; an hour at most. */
    public static Duration bounded(Duration wish) {
        Duration max = Duration.ofMillis(MAX_MILLIS);
        return wish.compareTo(max) < 0 ? wish : max;
    }

    /** The wait that an answer asks for; null if it asks for none. */
    public static @Nullable Duration duration(HttpResponse response) {
        long millis = millis(response);
        return millis == 0 ? null : Duration.ofMillis(millis);
    }

    /** The wait that an answer asks for, in milliseconds, an hour at most; 0 if it asks for none. */
    public static long millis(HttpResponse response) {
        return millis(response.retryAfter(), response.date());
    }

    /** What to do about an answer that may be another one later: how long to wait before asking again. */
    public static String remedy(HttpResponse response) {
        long minutes = (millis(response) + 59_999) / 60_000;
        return minutes <= 1 ? "Try again in a minute." : "Try again in " + minutes + " minutes, as the server wishes.";
    }

    /**
     * The wait that a header asks for, in milliseconds; 0 if it is absent, past or unreadable.
     *
     * @param date the header {@code Date} of the same answer: a date to come is compared with the server's own clock,
     *     whatever this machine's says. Null without it
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
            long theirs = ExpiryTime.readDate(date);
            long now = theirs > 0 ? theirs : System.currentTimeMillis();
            return Math.max(0, Math.min(at.toEpochMilli() - now, MAX_MILLIS));
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
