// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.connection;

import io.podidentity.tokenprovider.internal.connection.ConnectionStringException.Problem;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the pairs of a connection string: {@code key=value}, separated by {@code ;}. Whitespace around keys and values
 * is ignored. A value is put in single or double quotes if it contains {@code ;}, or begins or ends with a quote or
 * whitespace; inside it, the same quote is doubled. In a key, {@code ==} means one {@code =}. The grammar is that of
 * ADO.NET with one exception: a key cannot contain {@code ;}, so that a stray word does not become part of the next
 * key.
 */
public final class ConnectionStringReader {

    /** One pair of a connection string; {@code position} is that of its first character, counted from 1. */
    public record Pair(String key, Secret value, int position) {
        /** Shows no key, because a part of a secret may have been taken for a key. */
        @Override
        public String toString() {
            return "pair at " + position;
        }
    }

    private final String text;
    private final int end;
    private int at;

    private ConnectionStringReader(String text) {
        this.text = text;
        int last = text.length();
        // ADO.NET ignores NUL characters at the end.
        while (last > 0 && text.charAt(last - 1) == 0) {
            last--;
        }
        this.end = last;
    }

    public static List<Pair> readPairs(String text) {
        ConnectionStringReader reader = new ConnectionStringReader(text);
        List<Pair> pairs = new ArrayList<>();
        while (reader.skipToPair()) {
            pairs.add(reader.readPair());
        }
        return pairs;
    }

    private boolean skipToPair() {
        while (at < end && (text.charAt(at) == ';' || isBlank(text.charAt(at)))) {
            at++;
        }
        return at < end;
    }

    private Pair readPair() {
        int start = at;
        String key = readKey();
        while (at < end && isBlank(text.charAt(at))) {
            at++;
        }
        String value;
        if (at < end && isQuote(text.charAt(at))) {
            value = readQuotedValue();
        } else {
            value = readPlainValue();
        }
        return new Pair(key, new Secret(value), start + 1);
    }

    private String readKey() {
        int start = at;
        if (isQuote(text.charAt(start))) {
            throw malformed("begins with a quote", start, "Remove the quotes around the whole text.");
        }
        StringBuilder key = new StringBuilder();
        for (; at < end && text.charAt(at) != ';'; at++) {
            char c = text.charAt(at);
            if (c == '=' && (at + 1 == end || text.charAt(at + 1) != '=')) {
                at++;
                if (key.toString().isBlank()) {
                    throw malformed("has a value without a key", start, "Write Key=Value;Key=Value.");
                }
                return key.toString().strip();
            }
            if (isControl(c)) {
                throw malformed("has a control character", at, "Write Key=Value;Key=Value.");
            }
            if (c == '=') {
                // The second half of ==, which means one =.
                at++;
            }
            key.append(c);
        }
        throw malformed(
                "has a part without =", start, "If it belongs to the value before it, put that value in quotes.");
    }

    private String readPlainValue() {
        int start = at;
        while (at < end && text.charAt(at) != ';') {
            if (isControl(text.charAt(at))) {
                throw malformed("has a control character", at, "Put the value in quotes.");
            }
            at++;
        }
        String value = text.substring(start, at).strip();
        if (!value.isEmpty() && isQuote(value.charAt(value.length() - 1))) {
            throw malformed("has a value that ends with a quote", at - 1, "Put the value in the other kind of quotes.");
        }
        return value;
    }

    private String readQuotedValue() {
        int start = at;
        char quote = text.charAt(at++);
        StringBuilder value = new StringBuilder();
        for (; at < end; at++) {
            char c = text.charAt(at);
            if (c == 0) {
                throw malformed("has a control character", at, "Remove it.");
            }
            if (c == quote) {
                if (at + 1 == end || text.charAt(at + 1) != quote) {
                    at++;
                    requireEndOfPair();
                    return value.toString();
                }
                at++;
            }
            value.append(c);
        }
        throw malformed(
                "has a quote that is not closed", start, "Close it, or double a quote that belongs to the value.");
    }

    private void requireEndOfPair() {
        while (at < end && isBlank(text.charAt(at))) {
            at++;
        }
        if (at < end && text.charAt(at) != ';') {
            throw malformed("has text after a closing quote", at, "Double a quote that belongs to the value.");
        }
    }

    private static boolean isQuote(char c) {
        return c == '\'' || c == '"';
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c);
    }

    private static boolean isControl(char c) {
        return Character.isISOControl(c) && !isBlank(c);
    }

    private static ConnectionStringException malformed(String what, int index, String remedy) {
        return new ConnectionStringException(
                Problem.MALFORMED, null, what + " (at character " + (index + 1) + ")", remedy);
    }
}
