// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Tells values that are written from those that a tool or a person is still to put in. */
public final class Value {

    private static final Pattern GUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final String ZERO = "00000000-0000-0000-0000-000000000000";
    private static final List<String> WORDS =
            List.of("placeholder", "replace_", "replace-", "replaceme", "changeme", "change-me", "your-");

    /** What tools such as Helm and envsubst replace. */
    private static final Pattern TEMPLATE =
            Pattern.compile("\\$[{(A-Za-z_]|\\{\\{|#\\{|\\$\\$|__\\w+__|\\b[A-Z]*SUBST_[A-Z]");

    private static final Pattern IN_BRACKETS = Pattern.compile("<[^<>]+>|\\{[A-Za-z_][\\w. -]*}");
    // Only words that documents use: a resource group or a label may well be in capitals.
    private static final Pattern CAPITALS =
            Pattern.compile("((AZURE|MY|YOUR|USER|ASSIGNED|MANAGED|WORKLOAD|IDENTITY|APP|UAMI|MSI|SP|THE)_)*"
                    + "(SUBSCRIPTION|SUB|CLIENT|TENANT|IDENTITY|RESOURCE|RESOURCE_GROUP|GROUP"
                    + "|PRINCIPAL|SELECTOR)(_?(ID|NAME|GROUP|RESOURCE|CLIENT|TENANT|BINDING|SELECTOR))*");
    private static final Pattern CROSSES = Pattern.compile("(?i)x{4,}(-+x{4,})*");

    private Value() {}

    /** Whether it is a GUID, as client IDs are. */
    public static boolean isGuid(String text) {
        return GUID.matcher(text).matches();
    }

    /** Whether something else is still to be put in by a tool, such as Helm or envsubst: nothing can be said of it. */
    public static boolean isTemplated(String text) {
        return TEMPLATE.matcher(text).find();
    }

    /** Whether it is still to be put in by a person. */
    public static boolean isPlaceholder(String text) {
        if (isTemplated(text)) {
            return false;
        }
        return IN_BRACKETS.matcher(text).find()
                || hasWordOfPlaceholders(text)
                || Stream.of(text.split("/", -1)).anyMatch(Value::isPlaceholderAsPart);
    }

    private static boolean hasWordOfPlaceholders(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(lower::contains);
    }

    /** Whether one part of a resource ID, or all of another value, stands for what a person is to put in. */
    private static boolean isPlaceholderAsPart(String part) {
        return part.equals(ZERO)
                || CAPITALS.matcher(part).matches()
                || CROSSES.matcher(part).matches();
    }

    /** Whether a rule can judge it: it is neither empty nor still to be replaced. */
    public static boolean isFinal(String text) {
        return !text.isEmpty() && !isTemplated(text) && !isPlaceholder(text);
    }

    /** The text in double quotes, for a message. */
    public static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
