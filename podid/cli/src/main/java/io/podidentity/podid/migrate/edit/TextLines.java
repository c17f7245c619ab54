// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

/** The lines of a text. All places are offsets in the text. Immutable. */
record TextLines(String text) {

    /** The line end of the text, which new lines get too. */
    String detectLineEnd() {
        return text.contains("\r\n") ? "\r\n" : "\n";
    }

    /** The start of the line with a place. */
    int startOf(int offset) {
        return text.lastIndexOf('\n', offset - 1) + 1;
    }

    /** The start of the line that follows a place. */
    int startAfter(int offset) {
        int end = text.indexOf('\n', offset);
        return end < 0 ? text.length() : end + 1;
    }

    /** The start of the line behind that in which something ends. */
    int startBehind(int end) {
        return startAfter(Math.max(0, end - 1));
    }

    /** How many characters stand before a place in its line. */
    int columnOf(int offset) {
        return offset - startOf(offset);
    }

    /** The number of the line with a place, counted from 1. */
    long numberOf(int offset) {
        return 1
                + text.substring(0, offset).chars().filter(unit -> unit == '\n').count();
    }

    /** The start of the line with a place, or of the comments right above that line. */
    int startWithComments(int offset) {
        int line = startOf(offset);
        while (line > 0 && isComment(startOf(line - 1))) {
            line = startOf(line - 1);
        }
        return line;
    }

    /** Whether the line that starts there has only a comment. */
    boolean isComment(int start) {
        return text.substring(start, startAfter(start)).stripLeading().startsWith("#");
    }

    /** Whether the line that starts there has nothing in it but spaces. */
    boolean isBlank(int start) {
        return text.substring(start, startAfter(start)).isBlank();
    }

    /** Whether nothing but spaces stands before the place in its line. */
    boolean isBlankBefore(int offset) {
        return text.substring(startOf(offset), offset).isBlank();
    }
}
