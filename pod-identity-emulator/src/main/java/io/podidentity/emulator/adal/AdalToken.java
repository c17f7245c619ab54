package io.podidentity.emulator.adal;

import io.podidentity.emulator.json.Json;
import java.text.ParseException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;

/** A token as received: every value is a string, empty if absent. Its own text shows no token. */
public record AdalToken(
        String accessToken,
        String refreshToken,
        String expiresIn,
        String expiresOn,
        String notBefore,
        String resource,
        String type) {

    /** Of older hosts of managed identities. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("M/d/uuuu h:mm:ss a '+00:00'", Locale.ENGLISH);

    /** @throws ParseException if Go's library could not read it */
    static AdalToken parse(String json) throws ParseException {
        String text = json.strip();
        if (!text.startsWith("{") && !text.equals("null")) {
            throw new ParseException("no object", 0);
        }
        Map<String, Object> values = text.equals("null") ? Map.of() : Json.object(json);
        return new AdalToken(
                text(values, "access_token"),
                text(values, "refresh_token"),
                number(text(values, "expires_in")),
                date(text(values, "expires_on")),
                number(text(values, "not_before")),
                text(values, "resource"),
                text(values, "token_type"));
    }

    private static String text(Map<String, Object> values, String name) {
        Object value = values.get(name);
        return value == null ? "" : value.toString();
    }

    private static String number(String text) throws ParseException {
        if (!text.matches("(-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?)?")) {
            throw new ParseException("no number", 0);
        }
        return text;
    }

    private static String date(String text) throws ParseException {
        if (!text.contains("/")) {
            return number(text);
        }
        try {
            return Long.toString(LocalDateTime.parse(text, DATE).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            throw new ParseException("no date", 0);
        }
    }

    @Override
    public String toString() {
        return "AdalToken[expiresOn=" + expiresOn + "]";
    }
}
