// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Writes text that holds words of others, such as names in manifests, to a terminal or a log: without what moves the
 * cursor, colours, retitles or reorders what stands around it. Lines and tabs stay.
 */
public final class PrintableWriter extends FilterWriter {

    private static final char REPLACEMENT = '\ufffd';

    private PrintableWriter(Writer out) {
        super(out);
    }

    /** A writer over another one, which is flushed with each line. */
    public static PrintWriter over(Writer out) {
        return new PrintWriter(new PrintableWriter(out), true);
    }

    @Override
    public void write(int c) throws IOException {
        out.write(isSafe((char) c) ? c : REPLACEMENT);
    }

    @Override
    public void write(char[] text, int start, int length) throws IOException {
        write(new String(text, start, length), 0, length);
    }

    @Override
    public void write(String text, int start, int length) throws IOException {
        var safe = new StringBuilder(length);
        for (int i = start; i < start + length; i++) {
            char c = text.charAt(i);
            // Of Windows: there a carriage return ends the line, too.
            boolean endsLine = c == '\r' && i + 1 < start + length && text.charAt(i + 1) == '\n';
            safe.append(isSafe(c) || endsLine ? c : REPLACEMENT);
        }
        out.write(safe.toString());
    }

    private static boolean isSafe(char c) {
        if (c == '\n' || c == '\t') {
            return true;
        }
        boolean reorders = (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
        return !reorders && !Character.isISOControl(c);
    }
}
