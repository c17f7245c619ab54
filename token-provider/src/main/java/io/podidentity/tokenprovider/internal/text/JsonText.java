// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.util.List;
import java.util.Map;

/** Writes the values that {@link JsonReader} reads. */
public final class JsonText {
    private JsonText() {}

    public static String of(Map<?, ?> object) {
        StringBuilder json = new StringBuilder();
        append(json, object);
        return json.toString();
    }

    public static void appendText(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00");
                if (c < 0x10) {
                    json.append('0');
                }
                json.append(Integer.toHexString(c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    private static void append(StringBuilder json, @Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            json.append('{');
            for (Map.Entry<?, ?> member : object.entrySet()) {
                separate(json, '{');
                appendText(json, String.valueOf(member.getKey()));
                json.append(':');
                append(json, member.getValue());
            }
            json.append('}');
        } else if (value instanceof List<?> array) {
            json.append('[');
            for (Object element : array) {
                separate(json, '[');
                append(json, element);
            }
            json.append(']');
        } else if (value instanceof String text) {
            appendText(json, text);
        } else {
            json.append(value);
        }
    }

    private static void separate(StringBuilder json, char opening) {
        if (json.charAt(json.length() - 1) != opening) {
            json.append(',');
        }
    }
}
