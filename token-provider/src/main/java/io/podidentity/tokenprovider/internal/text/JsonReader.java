package io.podidentity.tokenprovider.internal.text;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        Map<String, @Nullable Object> object = reader.object(0);
        reader.skipBlanks();
        if (reader.position < text.length()) {
            throw reader.unexpected();
        }
        return object;
    }

    private @Nullable Object value(int depth) throws JsonException {
        if (depth > MAX_DEPTH) {
            throw new JsonException("nested deeper than " + MAX_DEPTH, position);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object(int depth) throws JsonException {
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
            int at = position;
            String name = string();
            if (members.containsKey(name)) {
                throw new JsonException("a member appears twice", at);
            }
            skipBlanks();
            expect(':');
            skipBlanks();
            members.put(name, value(depth + 1));
            skipBlanks();
            if (peek() == '}') {
                position++;
                return members;
            }
            expect(',');
        }
    }

    private List<@Nullable Object> array(int depth) throws JsonException {
        List<@Nullable Object> elements = new ArrayList<>();
        position++;
        skipBlanks();
        if (peek() == ']') {
            position++;
            return elements;
        }
        while (true) {
            skipBlanks();
            elements.add(value(depth + 1));
            skipBlanks();
            if (peek() == ']') {
                position++;
                return elements;
            }
            expect(',');
        }
    }

    private String string() throws JsonException {
        int start = ++position;
        while (true) {
            char c = peek();
            if (c == '"') {
                return text.substring(start, position++);
            }
            if (c == '\\') {
                return stringWithEscapes(start);
            }
            if (c < ' ') {
                throw unexpected();
            }
            position++;
        }
    }

    private String stringWithEscapes(int start) throws JsonException {
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
            string.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() throws JsonException {
        char c = peek();
        position++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw new JsonException("an invalid escape", position - 1);
        };
    }

    private char unicode() throws JsonException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw unexpected();
            }
            unit = unit << 4 | digit;
            position++;
        }
        return (char) unit;
    }

    private Object number() throws JsonException {
        int start = position;
        if (more('-')) {
            position++;
        }
        boolean whole = true;
        if (more('0')) {
            position++;
        } else {
            digits();
        }
        if (more('.')) {
            whole = false;
            position++;
            digits();
        }
        if (more('e') || more('E')) {
            whole = false;
            position++;
            if (more('+') || more('-')) {
                position++;
            }
            digits();
        }
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

    private void digits() throws JsonException {
        int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == start) {
            throw unexpected();
        }
    }

    private @Nullable Object literal(String word, @Nullable Object value) throws JsonException {
        if (!text.startsWith(word, position)) {
            throw unexpected();
        }
        position += word.length();
        return value;
    }

    private void skipBlanks() {
        while (more(' ') || more('\n') || more('\r') || more('\t')) {
            position++;
        }
    }

    private boolean more(char c) {
        return position < text.length() && text.charAt(position) == c;
    }

    private void expect(char c) throws JsonException {
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
        return new JsonException(position < text.length() ? "an unexpected character" : "ends too early", position);
    }
}
