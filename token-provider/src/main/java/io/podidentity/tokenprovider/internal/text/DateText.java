package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.http.ExpiryTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads times that are written as dates. Separate from {@link ExpiryTime}, because most processes never need it. */
public final class DateText {
    private static final Pattern AMERICAN = Pattern.compile(
            "(\\d{1,2})/(\\d{1,2})/(\\d{4}) (\\d{1,2}):(\\d{2}):(\\d{2})( [AP]M)?( ?[+-]\\d{2}:\\d{2}| ?Z)?",
            Pattern.CASE_INSENSITIVE);

    private DateText() {}

    /**
     * Reads ISO-8601 with an offset, or the American form, which is UTC unless it has an offset; null if the text is in
     * neither form.
     */
    public static @Nullable Instant read(String text) {
        try {
            Matcher american = AMERICAN.matcher(text);
            return american.matches()
                    ? american(american)
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /**
     * Reads the {@code expiresOn} of the Azure CLI, which is local time without a zone.
     *
     * @return the time; where the clock is set back and shows it twice, the earlier one; null if it is in another form
     */
    public static @Nullable Instant readLocal(String text, ZoneId zone) {
        try {
            // If a local time occurs twice, atZone uses the offset before the change, which gives the earlier one.
            return LocalDateTime.parse(text.strip().replace(' ', 'T'))
                    .atZone(zone)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Instant american(Matcher date) {
        int hour = number(date, 4);
        String half = date.group(7);
        if (half != null) {
            // App Service on Windows writes noon as 0:00:00 PM too.
            hour = hour % 12 + (half.strip().equalsIgnoreCase("PM") ? 12 : 0);
        }
        LocalDateTime local = LocalDateTime.of(number(date, 3), number(date, 1), number(date, 2), hour, number(date, 5))
                .plus(number(date, 6), ChronoUnit.SECONDS);
        String offset = date.group(8);
        return local.toInstant(offset == null ? ZoneOffset.UTC : ZoneOffset.of(offset.strip()));
    }

    private static int number(Matcher date, int group) {
        return Integer.parseInt(date.group(group));
    }
}
