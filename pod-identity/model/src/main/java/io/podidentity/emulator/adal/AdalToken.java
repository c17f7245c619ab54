// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.json.Json;
import java.text.ParseException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A token as received: every value is a string, empty if absent. Its own text shows no token.
 *
 * @since 0.1.0
 */
public record AdalToken(Map<String, String> values) {

    /** In the order of Go's library, which knows neither {@code client_id} nor {@code ext_expires_in}. */
    private static final List<String> NAMES = List.of(
            "access_token", "refresh_token", "expires_in", "expires_on", "not_before", "resource", "token_type");

    private static final String EXPIRES_ON = "expires_on";
    private static final Set<String> NUMBERS = Set.of("expires_in", EXPIRES_ON, "not_before");

    /** Of older hosts of managed identities. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("M/d/uuuu h:mm:ss a '+00:00'", Locale.ENGLISH);

    /** @throws ParseException if Go's library could not read it */
    static AdalToken parse(String json) throws ParseException {
        String text = json.strip();
        if (!text.startsWith("{") && !text.equals("null")) {
            throw new ParseException("no object", 0);
        }
        Map<String, Object> received = text.equals("null") ? Map.of() : Json.object(json);
        var values = new LinkedHashMap<String, String>();
        for (String name : NAMES) {
            Object value = received.get(name);
            values.put(name, checked(name, value == null ? "" : value.toString()));
        }
        return new AdalToken(values);
    }

    private static String checked(String name, String text) throws ParseException {
        if (name.equals(EXPIRES_ON) && text.contains("/")) {
            return seconds(text);
        }
        return NUMBERS.contains(name) ? number(text) : text;
    }

    private static String number(String text) throws ParseException {
        if (!text.matches("(-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?)?")) {
            throw new ParseException("no number", 0);
        }
        return text;
    }

    private static String seconds(String date) throws ParseException {
        try {
            return Long.toString(LocalDateTime.parse(date, DATE).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            throw new ParseException("no date", 0);
        }
    }

    /** As Go writes it, and NMI answers it. */
    public String json() {
        return values.entrySet().stream()
                .map(value -> GoText.json(value.getKey()) + ":" + GoText.json(value.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public String toString() {
        return "AdalToken[expiresOn=" + values.get(EXPIRES_ON) + "]";
    }
}
