// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

/**
 * Texts as Go's standard library writes them.
 *
 * @since 0.1.0
 */
public final class GoText {

    private static final String HTML = "<>&\u2028\u2029";

    private GoText() {}

    /** In double quotes, as the verb {@code %q} does. */
    public static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case 7 -> quoted.append("\\a");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case 11 -> quoted.append("\\v");
                default -> appendPrintable(quoted, c);
            }
        });
        return quoted.append('"').toString();
    }

    private static void appendPrintable(StringBuilder quoted, int c) {
        if (ByteText.isByte(c)) {
            quoted.append("\\x%02x".formatted(ByteText.byteOf(c)));
        } else if (c < ' ' || c == 0x7f) {
            quoted.append("\\x%02x".formatted(c));
        } else if (c == ' ' || (!Character.isSpaceChar(c) && !Character.isISOControl(c) && c != 0xfeff)) {
            quoted.appendCodePoint(c);
        } else {
            quoted.append((c > 0xffff ? "\\U%08x" : "\\u%04x").formatted(c));
        }
    }

    /** A string of JSON, safe within HTML, as {@code encoding/json} writes it. */
    public static String json(String text) {
        var json = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> json.append('\\').appendCodePoint(c);
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default -> appendInJson(json, c);
            }
        });
        return json.append('"').toString();
    }

    private static void appendInJson(StringBuilder json, int c) {
        if (ByteText.isByte(c)) {
            json.append("\\ufffd");
        } else if (c < ' ' || HTML.indexOf(c) >= 0) {
            json.append("\\u%04x".formatted(c));
        } else {
            json.appendCodePoint(c);
        }
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
