// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.BitSet;

/** A text that must never be shown in a message, a log or {@code toString}. */
public final class Secret {
    /** Fewer characters reveal little of a secret, and they may be part of a common word. */
    private static final int LEAST = 8;
    /** Many times the length of any message. A longer text would take too long to search. */
    private static final int MAX_SEARCHED = 4096;

    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The text itself, to be sent but never shown. */
    public String reveal() {
        return text;
    }

    /**
     * Another text in which this secret is masked. The secret is found in upper and lower case, form-encoded, in Base64
     * at any offset, and cut to {@value #LEAST} or more characters of its beginning or end. Of a very long text only
     * the beginning is searched, and only that is the result.
     */
    public String hide(String other) {
        if (text.isEmpty()) {
            return other;
        }
        String shown = other.substring(0, Math.min(MAX_SEARCHED, other.length()));
        BitSet found = new BitSet(shown.length());
        find(text, shown, found);
        find(encode(), shown, found);
        find(encode().replace("+", "%20"), shown, found);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            // The first characters also encode bits of the text before the secret.
            int from = 0;
            if (before > 0) {
                from = before + 1;
            }
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            if (base64.length() >= from + LEAST) {
                find(base64.substring(from), shown, found);
                find(base64.substring(from).replace('+', '-').replace('/', '_'), shown, found);
            }
        }
        return mask(shown, found);
    }

    /** Notes where one form of the secret, or a part of it, is in a text. */
    private static void find(String form, String in, BitSet found) {
        int least = Math.min(LEAST, form.length());
        int tail = form.length() - least;
        for (int i = 0; i + least <= in.length(); i++) {
            if (in.regionMatches(true, i, form, 0, least)) {
                found.set(i, i + lengthOfHead(form, in, i, least));
            }
            if (in.regionMatches(true, i, form, tail, least)) {
                found.set(startOfTail(form, in, i, tail), i + least);
            }
        }
    }

    /** How many characters of the beginning of the secret are at a place in a text, of which so many are known. */
    private static int lengthOfHead(String form, String in, int at, int known) {
        int length = known;
        while (length < form.length() && in.regionMatches(true, at + length, form, length, 1)) {
            length++;
        }
        return length;
    }

    /** Where the end of the secret begins in a text, if its last characters, from the tail on, are at this place. */
    private static int startOfTail(String form, String in, int at, int tail) {
        int start = at;
        int from = tail;
        while (from > 0 && in.regionMatches(true, start - 1, form, from - 1, 1)) {
            start--;
            from--;
        }
        return start;
    }

    private static String mask(String text, BitSet found) {
        StringBuilder masked = new StringBuilder();
        int shown = 0;
        for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(shown)) {
            masked.append(text, shown, i).append("[hidden]");
            shown = found.nextClearBit(i);
        }
        return masked.append(text, shown, text.length()).toString();
    }

    /** The secret as the value of a field in a form. */
    public String encode() {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
