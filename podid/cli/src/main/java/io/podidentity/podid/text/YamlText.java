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
    // A GUID can begin with a digit, but because of its hyphens it is no number: 1e1-… is read as text, too.
    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern WORD_WITH_A_MEANING = Pattern.compile("(?i)true|false|yes|no|on|off|null|y|n");

    private YamlText() {}

    /** The string, in double quotes if it would mean something else without. */
    public static String of(String text) {
        boolean isPlain = PLAIN.matcher(text).matches()
                && !WORD_WITH_A_MEANING.matcher(text).matches();
        return isPlain || GUID.matcher(text).matches() ? text : quoted(text);
    }

    /** The string in double quotes, as JSON has it too. */
    public static String quoted(String text) {
        return Json.write(text);
    }

    /** An object for each key of the path, one in another, of which the innermost has the values. */
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
     * @param column of the keys, from 0
     */
    public static String block(Map<?, ?> fields, int column) {
        var lines = new StringBuilder();
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            lines.append(" ".repeat(column)).append(field.getKey()).append(':');
            lines.append(valueBehindKey(field.getValue(), column));
        }
        return lines.toString();
    }

    private static String valueBehindKey(Object value, int column) {
        if (value instanceof Map<?, ?> object) {
            return "\n" + block(object, column + 2);
        }
        if (value instanceof List<?> objects) {
            var lines = new StringBuilder("\n");
            for (Object object : objects) {
                lines.append(listElement((Map<?, ?>) object, column + 2));
            }
            return lines.toString();
        }
        return " " + of(String.valueOf(value)) + "\n";
    }

    /** The hyphen takes the place of the first key's indentation. */
    private static String listElement(Map<?, ?> object, int column) {
        return " ".repeat(column) + "- " + block(object, column + 2).stripLeading();
    }
}
