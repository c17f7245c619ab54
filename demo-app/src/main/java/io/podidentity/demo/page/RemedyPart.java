// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A piece of a remedy: plain text, or a command that the page offers to copy.
 *
 * @param text without the quotes around a command
 */
record RemedyPart(String text, boolean command) {
    /** Quotes at the start or end of a word only: the apostrophe in "the pod's label" is none. */
    private static final Pattern QUOTED = Pattern.compile("(?<![\\p{L}\\p{N}])'([^']+)'(?![\\p{L}\\p{N}])");

    /** The pieces of a remedy, in order. A full stop directly after the last command is dropped. */
    static List<RemedyPart> of(String remedy) {
        List<RemedyPart> parts = new ArrayList<>();
        Matcher quoted = QUOTED.matcher(remedy);
        int end = 0;
        while (quoted.find()) {
            parts.add(new RemedyPart(remedy.substring(end, quoted.start()), false));
            parts.add(new RemedyPart(quoted.group(1), true));
            end = quoted.end();
        }
        String rest = remedy.substring(end);
        parts.add(new RemedyPart(end > 0 && rest.equals(".") ? "" : rest, false));
        parts.removeIf(part -> part.text().isEmpty());
        return parts;
    }
}
