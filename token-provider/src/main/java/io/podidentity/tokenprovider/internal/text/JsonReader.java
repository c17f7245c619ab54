// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict reader of RFC 8259 JSON, for answers of a few kB: it rejects text after the value, duplicate members, and
 * nesting beyond a limit. Objects become maps and arrays become lists. Whole numbers become {@code Long} if they fit,
 * and all other numbers {@code BigDecimal}.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_NUMBER_LENGTH = 64;

    private final String text;
    private int position;

    private JsonReader(String text) {
        this.text = text;
    }

    /**
     * Reads one object.
     *
     * @throws JsonException if the text is anything else; its message shows a position but never the text
     */
    public static Map<String, @Nullable Object> readObject(String text) throws JsonException {
        JsonReader reader = new JsonReader(text);
        reader.skipBlanks();
        if (reader.peek() != '{') {
            throw reader.unexpected();
        }
        Map<String, @Nullable Object> object = reader.readObject(0);
        reader.skipBlanks();
        if (reader.position < text.length()) {
            throw reader.unexpected();
        }
        return object;
    }

    private @Nullable Object readValue(int depth) throws JsonException {
        if (depth > MAX_DEPTH) {
            throw new JsonException("nested deeper than " + MAX_DEPTH, position);
        }
        return switch (peek()) {
            case '{' -> readObject(depth);
            case '[' -> readArray(depth);
            case '"' -> readString();
            case 't' -> readLiteral("true", true);
            case 'f' -> readLiteral("false", false);
            case 'n' -> readLiteral("null", null);
            default -> readNumber();
        };
    }

    private Map<String, @Nullable Object> readObject(int depth) throws JsonException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        position++;
        skipBlanks();
        if (peek() == '}') {
            position++;
            return members;
        }
        while (true) {
            skipBlanks();
            if (peek() != '"') {
                throw unexpected();
            }
            int start = position;
            String name = readString();
            if (members.containsKey(name)) {
                throw new JsonException("a member appears twice", start);
            }
            skipBlanks();
            skip(':');
            skipBlanks();
            members.put(name, readValue(depth + 1));
            skipBlanks();
            if (peek() == '}') {
                position++;
                return members;
            }
            skip(',');
        }
    }

    private List<@Nullable Object> readArray(int depth) throws JsonException {
        List<@Nullable Object> elements = new ArrayList<>();
        position++;
        skipBlanks();
        if (peek() == ']') {
            position++;
            return elements;
        }
        while (true) {
            skipBlanks();
            elements.add(readValue(depth + 1));
            skipBlanks();
            if (peek() == ']') {
                position++;
                return elements;
            }
            skip(',');
        }
    }

    private String readString() throws JsonException {
        int start = ++position;
        while (true) {
            char c = peek();
            if (c == '"') {
                return text.substring(start, position++);
            }
            if (c == '\\') {
                return readStringWithEscapes(start);
            }
            if (c < ' ') {
                throw unexpected();
            }
            position++;
        }
    }

    private String readStringWithEscapes(int start) throws JsonException {
        StringBuilder string = new StringBuilder().append(text, start, position);
        while (true) {
            char c = peek();
            if (c < ' ') {
                throw unexpected();
            }
            position++;
            if (c == '"') {
                return string.toString();
            }
            if (c == '\\') {
                c = readEscape();
            }
            string.append(c);
        }
    }

    private char readEscape() throws JsonException {
        char c = peek();
        position++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> readUnicode();
            default -> throw new JsonException("an invalid escape", position - 1);
        };
    }

    private char readUnicode() throws JsonException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = Character.digit(c, 16);
            // Character.digit also knows the digits of other scripts.
            if (digit < 0 || c >= 0x80) {
                throw unexpected();
            }
            unit = unit << 4 | digit;
            position++;
        }
        return (char) unit;
    }

    private Object readNumber() throws JsonException {
        int start = position;
        if (isNext('-')) {
            position++;
        }
        boolean whole = true;
        if (isNext('0')) {
            position++;
        } else {
            skipDigits();
        }
        if (isNext('.')) {
            whole = false;
            position++;
            skipDigits();
        }
        if (isNext('e') || isNext('E')) {
            whole = false;
            position++;
            if (isNext('+') || isNext('-')) {
                position++;
            }
            skipDigits();
        }
        return toNumber(start, whole);
    }

    private Object toNumber(int start, boolean whole) throws JsonException {
        String number = text.substring(start, position);
        if (number.length() > MAX_NUMBER_LENGTH) {
            throw new JsonException("a number of more than " + MAX_NUMBER_LENGTH + " characters", start);
        }
        if (whole && number.length() <= 18) {
            return Long.valueOf(number);
        }
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw new JsonException("a number out of range", start);
        }
    }

    private void skipDigits() throws JsonException {
        int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == start) {
            throw unexpected();
        }
    }

    private @Nullable Object readLiteral(String word, @Nullable Object value) throws JsonException {
        if (!text.startsWith(word, position)) {
            throw unexpected();
        }
        position += word.length();
        return value;
    }

    private void skipBlanks() {
        while (isNext(' ') || isNext('\n') || isNext('\r') || isNext('\t')) {
            position++;
        }
    }

    private boolean isNext(char c) {
        return position < text.length() && text.charAt(position) == c;
    }

    private void skip(char c) throws JsonException {
        if (peek() != c) {
            throw unexpected();
        }
        position++;
    }

    private char peek() throws JsonException {
        if (position >= text.length()) {
            throw new JsonException("ends too early", position);
        }
        return text.charAt(position);
    }

    private JsonException unexpected() {
        if (position < text.length()) {
            return new JsonException("an unexpected character", position);
        }
        return new JsonException("ends too early", position);
    }
}
