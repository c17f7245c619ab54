package io.podidentity.tokenprovider.internal.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.BitSet;

/** A text that must never be shown in a message, a log or {@code toString}. */
public final class Secret {
    /** Fewer characters than these tell little of a secret, and stand in common words. */
    private static final int LEAST = 8;
    /** Many times what a message shows. */
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
     * Another text with this secret masked in it: in any case, cut to no less than {@value #LEAST} characters of its
     * beginning or end, form-encoded, or in Base64, whatever stood before it there. Of a text that is longer than any
     * that is shown the beginning only.
     */
    public String hide(String other) {
        if (text.isEmpty()) {
            return other;
        }
        String shown = other.length() > MAX_SEARCHED ? other.substring(0, MAX_SEARCHED) : other;
        BitSet found = new BitSet(shown.length());
        find(text, shown, found);
        find(encoded(), shown, found);
        find(encoded().replace("+", "%20"), shown, found);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            // The first characters hold bits of what stood before the secret.
            int from = before == 0 ? 0 : before + 1;
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            if (base64.length() >= from + LEAST) {
                find(base64.substring(from), shown, found);
                find(base64.substring(from).replace('+', '-').replace('/', '_'), shown, found);
            }
        }
        return masked(shown, found);
    }

    private static void find(String form, String in, BitSet found) {
        int least = Math.min(LEAST, form.length());
        for (int i = 0; i + least <= in.length(); i++) {
            if (in.regionMatches(true, i, form, 0, least)) {
                int end = least;
                while (end < form.length() && in.regionMatches(true, i + end, form, end, 1)) {
                    end++;
                }
                found.set(i, i + end);
            }
            int start = form.length() - least;
            if (in.regionMatches(true, i, form, start, least)) {
                int first = i;
                while (start > 0 && in.regionMatches(true, first - 1, form, start - 1, 1)) {
                    first--;
                    start--;
                }
                found.set(first, i + least);
            }
        }
    }

    private static String masked(String text, BitSet found) {
        StringBuilder masked = new StringBuilder();
        int shown = 0;
        for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(shown)) {
            masked.append(text, shown, i).append("[hidden]");
            shown = found.nextClearBit(i);
        }
        return masked.append(text, shown, text.length()).toString();
    }

    public String encoded() {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
