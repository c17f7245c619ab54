package io.podidentity.demo.page;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The life of a token as a bar: each part is a share of its width, such as {@code 91.67%}.
 *
 * @param start when it was issued
 * @param elapsed how much of it is over
 * @param refresh where renewal begins; the whole width if that is not known
 * @param renewal the part in which it is renewed
 */
record TokenLifetime(Timestamp start, String elapsed, String refresh, String renewal) {

    /** The life of the token with these claims; null if they do not tell when it began. */
    static @Nullable TokenLifetime of(
            Map<String, String> claims, @Nullable Instant refreshOn, Instant expiresOn, Instant now) {
        Instant start = instant(claims.getOrDefault("iat", claims.getOrDefault("nbf", "")));
        Timestamp began = Timestamp.of(start, now);
        if (start == null || began == null || !start.isBefore(expiresOn)) {
            return null;
        }
        double refresh = share(start, refreshOn == null ? expiresOn : refreshOn, expiresOn);
        return new TokenLifetime(began, percent(share(start, now, expiresOn)), percent(refresh), percent(1 - refresh));
    }

    /** The seconds of a claim as a time; null if it is none. */
    static @Nullable Instant instant(String seconds) {
        // No more digits than the years that a text of a time can have.
        return seconds.matches("\\d{1,12}") ? Instant.ofEpochSecond(Long.parseLong(seconds)) : null;
    }

    private static double share(Instant start, Instant at, Instant end) {
        double whole = Duration.between(start, end).toMillis();
        return Math.max(0, Math.min(1, Duration.between(start, at).toMillis() / whole));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }
}
