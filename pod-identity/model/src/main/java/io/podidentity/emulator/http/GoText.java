// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Texts as Go's standard library writes them.
 *
 * @since 0.1.0
 */
public final class GoText {

    /** Within HTML these could end a script or a line of one, so encoding/json escapes them. */
    private static final String HTML = "<>&\u2028\u2029";

    /** Escapes of one letter, by code point. */
    private static final Map<Integer, String> LETTERS = Map.of(
            (int) '"',
            "\\\"",
            (int) '\\',
            "\\\\",
            (int) '\n',
            "\\n",
            (int) '\r',
            "\\r",
            (int) '\t',
            "\\t",
            7,
            "\\a",
            (int) '\b',
            "\\b",
            (int) '\f',
            "\\f",
            11,
            "\\v");

    /** JSON has no escape for the bell and the vertical tab. */
    private static final Map<Integer, String> LETTERS_OF_JSON = Map.of(
            (int) '"', "\\\"",
            (int) '\\', "\\\\",
            (int) '\n', "\\n",
            (int) '\r', "\\r",
            (int) '\t', "\\t",
            (int) '\b', "\\b",
            (int) '\f', "\\f");

    private static final int DELETE = 0x7f;
    private static final int BYTE_ORDER_MARK = 0xfeff;

    private GoText() {}

    /** In double quotes, as the verb {@code %q} does. */
    public static String quoted(String text) {
        return text.codePoints().mapToObj(GoText::quote).collect(Collectors.joining("", "\"", "\""));
    }

    private static String quote(int codePoint) {
        String letter = LETTERS.get(codePoint);
        if (letter != null) {
            return letter;
        }
        if (ByteText.isByte(codePoint)) {
            return "\\x%02x".formatted(ByteText.byteOf(codePoint));
        }
        if (codePoint < ' ' || codePoint == DELETE) {
            return "\\x%02x".formatted(codePoint);
        }
        if (isPrintable(codePoint)) {
            return Character.toString(codePoint);
        }
        String format = Character.isSupplementaryCodePoint(codePoint) ? "\\U%08x" : "\\u%04x";
        return format.formatted(codePoint);
    }

    /** Whether Go writes it as it is; of all spaces that is the plain one alone. */
    private static boolean isPrintable(int codePoint) {
        boolean isOtherSpace = Character.isSpaceChar(codePoint) && codePoint != ' ';
        return !isOtherSpace && !Character.isISOControl(codePoint) && codePoint != BYTE_ORDER_MARK;
    }

    /** A string of JSON, safe within HTML, as {@code encoding/json} writes it. */
    public static String json(String text) {
        return text.codePoints().mapToObj(GoText::quoteInJson).collect(Collectors.joining("", "\"", "\""));
    }

    private static String quoteInJson(int codePoint) {
        String letter = LETTERS_OF_JSON.get(codePoint);
        if (letter != null) {
            return letter;
        }
        if (ByteText.isByte(codePoint)) {
            return "\\ufffd";
        }
        if (codePoint < ' ' || HTML.indexOf(codePoint) >= 0) {
            return "\\u%04x".formatted(codePoint);
        }
        return Character.toString(codePoint);
    }

    /** Within HTML, as {@code net/http} escapes the address of a redirect. */
    static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }
}
