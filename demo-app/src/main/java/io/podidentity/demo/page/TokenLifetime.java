package io.podidentity.demo.page;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The life of a token as a bar, in hundredths of its width.
 *
 * @param start when it was issued
 * @param elapsed how much of it is over
 * @param refresh where renewal begins; the whole width if that is not known
 */
record TokenLifetime(Timestamp start, double elapsed, double refresh) {

    /** The life of the token with these claims; null if they do not tell when it began. */
    static @Nullable TokenLifetime of(
            Map<String, String> claims, @Nullable Instant refreshOn, Instant expiresOn, Instant now) {
        Instant start = instant(claims.getOrDefault("iat", claims.getOrDefault("nbf", "")));
        if (start == null || !start.isBefore(expiresOn)) {
            return null;
        }
        return new TokenLifetime(
                Timestamp.of(start, now),
                share(start, now, expiresOn),
                share(start, refreshOn == null ? expiresOn : refreshOn, expiresOn));
    }

    /** The seconds of a claim as a time; null if it is none. */
    static @Nullable Instant instant(String seconds) {
        // No more digits than the years that a text of a time can have.
        return seconds.matches("\\d{1,12}") ? Instant.ofEpochSecond(Long.parseLong(seconds)) : null;
    }

    private static double share(Instant start, Instant at, Instant end) {
        double whole = Duration.between(start, end).toMillis();
        return Math.max(0, Math.min(100, 100 * Duration.between(start, at).toMillis() / whole));
    }
}
