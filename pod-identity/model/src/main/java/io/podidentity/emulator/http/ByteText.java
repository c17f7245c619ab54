// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Texts as Go has them, whose bytes need not be UTF-8. A byte that is not is kept as a character that stands in no
 * other text: the second half of a surrogate pair without the first one, U+DC80 to U+DCFF.
 */
final class ByteText {

    private static final char FIRST = 0xDC80;
    private static final char LAST = 0xDCFF;
    private static final int OFFSET = 0xDC00;

    private ByteText() {}

    /** Decodes percent escapes, all of which are whole, and plus signs. */
    static String decoded(String escaped) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(escaped.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c == '+' ? ' ' : c);
            }
        }
        return of(bytes.toByteArray());
    }

    private static String of(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer left = ByteBuffer.wrap(bytes);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        for (CoderResult result = decoder.decode(left, text, true);
                result.isMalformed();
                result = decoder.decode(left, text, true)) {
            for (int wrong = result.length(); wrong > 0; wrong--) {
                text.put((char) (OFFSET + (left.get() & 0xFF)));
            }
        }
        return text.flip().toString();
    }

    static boolean isByte(int codePoint) {
        return codePoint >= FIRST && codePoint <= LAST;
    }

    static int byteOf(int codePoint) {
        return codePoint - OFFSET;
    }

    /** As it is written in a query or a form. */
    static String encoded(String text) {
        var encoded = new StringBuilder();
        text.codePoints().forEach(codePoint -> encoded.append(encoded(codePoint)));
        return encoded.toString();
    }

    private static String encoded(int codePoint) {
        if (isByte(codePoint)) {
            return "%%%02X".formatted(byteOf(codePoint));
        }
        return URLEncoder.encode(Character.toString(codePoint), StandardCharsets.UTF_8);
    }
}
