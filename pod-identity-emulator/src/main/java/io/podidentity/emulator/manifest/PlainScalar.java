package io.podidentity.emulator.manifest;

import java.math.BigDecimal;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a scalar without quotes means to kubectl, which reads YAML 1.1: {@code yes} and {@code off} are booleans there,
 * and so cannot be label values.
 *
 * @see <a href="https://yaml.org/type/bool.html">YAML 1.1, booleans</a>
 */
final class PlainScalar {

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE =
            Set.of("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y");
    private static final Set<String> FALSE =
            Set.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9][0-9_]{0,17})");
    private static final Pattern BASED = Pattern.compile("[-+]?0(x[0-9a-fA-F]{1,15}|o?[0-7]{1,20}|b[01]{1,62})");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");

    private PlainScalar() {}

    static @Nullable Object value(String text) {
        if (NULLS.contains(text)) {
            return null;
        }
        if (TRUE.contains(text) || FALSE.contains(text)) {
            return TRUE.contains(text);
        }
        if (DECIMAL.matcher(text).matches()) {
            return Long.valueOf(text.replace("_", ""));
        }
        if (BASED.matcher(text).matches()) {
            return based(text);
        }
        return FLOAT.matcher(text).matches() ? (Object) new BigDecimal(text) : text;
    }

    private static Long based(String text) {
        String digits = text.replaceFirst("^[-+]?0[xob]?", "");
        int radix = text.contains("x") ? 16 : text.contains("b") ? 2 : 8;
        long value = Long.parseLong(digits.isEmpty() ? "0" : digits, radix);
        return text.startsWith("-") ? -value : value;
    }
}
