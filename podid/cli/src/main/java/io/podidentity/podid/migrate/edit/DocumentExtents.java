// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds where the documents of a text begin and end. The parser does not tell, since separators are no nodes. */
final class DocumentExtents {

    private static final Pattern SEPARATOR = Pattern.compile("(?m)^(---|\\.\\.\\.)(?=[ \\t\\r\\n]|\\z)");

    private final TextLines lines;
    /** Where each separator starts, and where the line behind it does. */
    private final NavigableMap<Integer, Integer> separators = new TreeMap<>();

    /**
     * A part of the text.
     *
     * @param end exclusive
     */
    record Extent(int start, int end) {}

    DocumentExtents(TextLines lines) {
        this.lines = lines;
        Matcher separator = SEPARATOR.matcher(lines.text());
        while (separator.find()) {
            separators.put(separator.start(), lines.startAfter(separator.end()));
        }
    }

    /** What is removed with the document around a place: its content, and one of its separators. */
    Extent findRemovable(int offset) {
        Map.Entry<Integer, Integer> before = separators.floorEntry(offset);
        int end = findEnd(offset);
        if (before != null) {
            return new Extent(before.getKey(), end);
        }
        // The first document has no separator before it, and takes the one behind it along.
        boolean isLast = end == lines.text().length();
        return new Extent(findHeadEnd(offset), isLast ? end : lines.startAfter(end));
    }

    /** What is replaced with the document around a place: its content, without its separators. */
    Extent findReplaceable(int offset) {
        Map.Entry<Integer, Integer> before = separators.floorEntry(offset);
        int contentStart = before == null ? 0 : before.getValue();
        int end = findEndWithoutEmptyLines(contentStart, findEnd(offset));
        return new Extent(before == null ? findHeadEnd(offset) : contentStart, end);
    }

    private int findEnd(int offset) {
        Integer separator = separators.higherKey(offset);
        return separator == null ? lines.text().length() : separator;
    }

    /** Where a document ends if the empty lines before its separator belong to the separator. */
    private int findEndWithoutEmptyLines(int start, int end) {
        int line = end;
        while (line > start) {
            int previous = lines.startOf(line - 1);
            if (previous <= start || !lines.isBlank(previous)) {
                return line;
            }
            line = previous;
        }
        return line;
    }

    /** A comment with an empty line behind it, such as a licence, is the file's and not the first document's. */
    private int findHeadEnd(int offset) {
        int headEnd = 0;
        boolean hasComment = false;
        for (int line = 0; line < offset; line = lines.startAfter(line)) {
            if (lines.isComment(line)) {
                hasComment = true;
            } else if (lines.isBlank(line) && hasComment) {
                headEnd = lines.startAfter(line);
            }
        }
        return headEnd;
    }
}
