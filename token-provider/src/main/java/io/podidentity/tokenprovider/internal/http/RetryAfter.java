package io.podidentity.tokenprovider.internal.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads the header {@code Retry-After} (RFC 9110, 10.2.3): seconds or a date. */
public final class RetryAfter {
    /** A day; what is longer is a mistake, and would not fit into nanoseconds. */
    private static final long MAX_MILLIS = 86_400_000;

    private RetryAfter() {}

    /** The wait it asks for; null if it is absent, past or unreadable. */
    public static @Nullable Duration duration(@Nullable String header) {
        long millis = millis(header);
        return millis == 0 ? null : Duration.ofMillis(millis);
    }

    /** The wait it asks for, in milliseconds; 0 if it is absent, past or unreadable. */
    public static long millis(@Nullable String header) {
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
            return Math.max(0, Math.min(at.toEpochMilli() - System.currentTimeMillis(), MAX_MILLIS));
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
