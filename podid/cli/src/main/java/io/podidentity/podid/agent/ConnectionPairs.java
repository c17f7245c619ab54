// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pairs of a connection string. Keys are in lower case, since upper and lower case mean the same. Of a text that
 * the library refuses, the pairs that can be read are here. Immutable.
 */
record ConnectionPairs(Map<String, String> values) {

    /** Inside quotes, two quotes mean one. It never backtracks, because a long value would then use up the stack. */
    private static final String IN_DOUBLE_QUOTES = "\"[^\"]*+(?:\"\"[^\"]*+)*+\"";

    private static final String IN_SINGLE_QUOTES = IN_DOUBLE_QUOTES.replace('"', '\'');
    private static final String WITHOUT_QUOTES = "[^;]*+";
    private static final Pattern PAIR = Pattern.compile("(?<key>[^=;]++)=\\s*+(?<value>"
            + String.join("|", IN_DOUBLE_QUOTES, IN_SINGLE_QUOTES, WITHOUT_QUOTES)
            + ")\\s*+(?:;|$)");

    ConnectionPairs {
        values = Map.copyOf(values);
    }

    static ConnectionPairs parse(String text) {
        var values = new HashMap<String, String>();
        Matcher pair = PAIR.matcher(text);
        while (pair.find()) {
            values.put(
                    pair.group("key").strip().toLowerCase(Locale.ROOT),
                    unquote(pair.group("value").strip()));
        }
        return new ConnectionPairs(values);
    }

    private static String unquote(String value) {
        boolean isQuoted = value.length() > 1 && (value.startsWith("\"") || value.startsWith("'"));
        if (!isQuoted) {
            return value;
        }
        String quote = value.substring(0, 1);
        return value.substring(1, value.length() - 1).replace(quote + quote, quote);
    }

    /** The value of a key, empty where the text has no such key. */
    Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key.toLowerCase(Locale.ROOT)));
    }

    /** The value of a key, as a text that is empty where the text has no such key. */
    String value(String key) {
        return find(key).orElse("");
    }

    boolean has(String key) {
        return find(key).isPresent();
    }
}
