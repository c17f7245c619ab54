// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

import io.podidentity.emulator.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes strings, objects and lists as YAML. */
public final class YamlText {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][\\w./:-]*(?<!:)");
    // Begins with a digit, but with a hyphen in it is no number; 1e1-… would still be read as text.
    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern WORD_WITH_A_MEANING = Pattern.compile("(?i)true|false|yes|no|on|off|null|y|n");

    private YamlText() {}

    /** The string, in double quotes if it would mean something else without. */
    public static String of(String text) {
        boolean plain = PLAIN.matcher(text).matches()
                && !WORD_WITH_A_MEANING.matcher(text).matches();
        return plain || GUID.matcher(text).matches() ? text : quoted(text);
    }

    /** The string in double quotes, as JSON has it too. */
    public static String quoted(String text) {
        return Json.write(text);
    }

    /** Objects in each other, of which the innermost has the values. */
    public static Map<String, Object> nested(List<String> path, Map<String, String> values) {
        Map<String, Object> inner = new LinkedHashMap<>(values);
        for (int i = path.size() - 1; i >= 0; i--) {
            inner = new LinkedHashMap<>(Map.of(path.get(i), inner));
        }
        return inner;
    }

    /**
     * An object, a field in each line and each line ended by a line feed.
     *
     * @param fields strings, objects and lists of objects, by keys that need no quotes
     */
    public static String block(Map<?, ?> fields, int column) {
        var lines = new StringBuilder();
        fields.forEach((key, value) -> {
            lines.append(" ".repeat(column)).append(key).append(':');
            if (value instanceof Map<?, ?> inner) {
                lines.append('\n').append(block(inner, column + 2));
            } else if (value instanceof List<?> list) {
                lines.append('\n');
                list.forEach(one -> lines.append(" ".repeat(column + 2))
                        .append("- ")
                        .append(block((Map<?, ?>) one, column + 4).stripLeading()));
            } else {
                lines.append(' ').append(of(String.valueOf(value))).append('\n');
            }
        });
        return lines.toString();
    }
}
