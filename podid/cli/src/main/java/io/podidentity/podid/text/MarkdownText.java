// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

import java.util.regex.Pattern;

/** Text of others as a part of a Markdown document: shown as it is, in one line, with no effect of its own. */
public final class MarkdownText {

    private static final Pattern BREAK = Pattern.compile("[\\r\\n\\t\\u2028\\u2029]+");
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}]");
    /** Between letters and digits an underscore means nothing. */
    private static final Pattern ACTIVE = Pattern.compile("[\\\\`*\\[\\]|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])");

    private static final Pattern TICKS = Pattern.compile("`+");

    private MarkdownText() {}

    /** Words in a paragraph, an item of a list or a cell of a table. */
    public static String of(String text) {
        return ACTIVE.matcher(line(text))
                .replaceAll("\\\\$0")
                .replace("&", "&amp;")
                .replace("<", "&lt;");
    }

    /** A command or a value in a code span, outside of tables. */
    public static String code(String text) {
        String shown = line(text);
        int longest = TICKS.matcher(shown)
                .results()
                .mapToInt(run -> run.group().length())
                .max()
                .orElse(0);
        String fence = "`".repeat(longest + 1);
        String space = longest > 0 ? " " : "";
        return fence + space + shown + space + fence;
    }

    private static String line(String text) {
        return UNSEEN.matcher(BREAK.matcher(text).replaceAll(" ")).replaceAll("\ufffd");
    }
}
