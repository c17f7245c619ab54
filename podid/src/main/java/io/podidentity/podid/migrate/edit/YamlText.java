package io.podidentity.podid.migrate.edit;

import java.util.regex.Pattern;

/** Writes strings as YAML. */
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
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one == '"' || one == '\\') {
                quoted.append('\\').append(one);
            } else if (one < ' ') {
                quoted.append(String.format("\\u%04x", (int) one));
            } else {
                quoted.append(one);
            }
        }
        return quoted.append('"').toString();
    }
}
