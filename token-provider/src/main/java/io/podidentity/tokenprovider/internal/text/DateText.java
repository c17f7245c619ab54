// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times that are written as dates. Most processes never load this class, because most tokens have numbers. */
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
            if (american.matches()) {
                return readAmerican(american);
            }
            return OffsetDateTime.parse(text).toInstant();
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

    private static Instant readAmerican(Matcher date) {
        LocalDateTime local = LocalDateTime.of(
                        number(date, 3), number(date, 1), number(date, 2), readHour(date), number(date, 5))
                .plus(number(date, 6), ChronoUnit.SECONDS);
        String offset = date.group(8);
        if (offset == null) {
            return local.toInstant(ZoneOffset.UTC);
        }
        return local.toInstant(ZoneOffset.of(offset.strip()));
    }

    private static int readHour(Matcher date) {
        int hour = number(date, 4);
        String half = date.group(7);
        if (half == null) {
            return hour;
        }
        // By the rest, because App Service on Windows also writes noon as 0:00:00 PM.
        int hourOfHalf = hour % 12;
        if (half.strip().equalsIgnoreCase("PM")) {
            return hourOfHalf + 12;
        }
        return hourOfHalf;
    }

    private static int number(Matcher date, int group) {
        return Integer.parseInt(date.group(group));
    }
}
