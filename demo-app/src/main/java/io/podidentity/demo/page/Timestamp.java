package io.podidentity.demo.page;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A time as the page shows it.
 *
 * @param iso the time for programs, in ISO-8601
 * @param clock the time of day, with the date if it is not today, such as {@code 14:05:12 UTC}
 * @param distance the time from now, such as {@code in 58 min}
 */
record Timestamp(String iso, String clock, String distance) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH);

    static Timestamp of(Instant instant, Instant now) {
        Duration distance = Duration.between(now, instant);
        DateTimeFormatter format = distance.abs().toHours() < 12 ? TIME : DAY;
        return new Timestamp(instant.toString(), format.format(instant.atOffset(ZoneOffset.UTC)), distance(distance));
    }

    private static String distance(Duration distance) {
        Duration length = distance.abs();
        String amount = length.toSeconds() < 120
                ? length.toSeconds() + " s"
                : length.toMinutes() < 120
                        ? length.toMinutes() + " min"
                        : length.toHours() < 48
                                ? length.toHours() + " h " + length.toMinutesPart() + " min"
                                : length.toDays() + " days";
        return distance.isNegative() ? amount + " ago" : "in " + amount;
    }
}
