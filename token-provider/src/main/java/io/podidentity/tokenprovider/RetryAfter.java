package io.podidentity.tokenprovider;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads the header {@code Retry-After} (RFC 9110, 10.2.3): seconds or a date. */
final class RetryAfter {
    private RetryAfter() {}

    /** The wait it asks for, in milliseconds; 0 if it is absent, past or unreadable. */
    static long millis(@Nullable String header) {
        if (header == null) {
            return 0;
        }
        Long seconds = ExpiryTime.readSeconds(header);
        if (seconds != null) {
            return Math.min(seconds, 86_400) * 1000;
        }
        try {
            Instant at = ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Math.max(0, at.toEpochMilli() - System.currentTimeMillis());
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
