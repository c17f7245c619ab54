package io.podidentity.tokenprovider.internal.text;

/**
 * A short piece of text from elsewhere that is safe to show: one line, of limited length, with everything that looks
 * like a token masked.
 */
public final class Excerpt {
    private static final String CUT = "...";
    /** Longer than any resource, GUID or host name that a message shows, and shorter than any token. */
    private static final int MAX_RUN = 120;

    private Excerpt() {}

    /** The beginning of a text, with at most the given number of characters. */
    public static String of(String text, int maxLength) {
        StringBuilder line = new StringBuilder();
        int position = 0;
        while (position < text.length() && line.length() <= maxLength) {
            int end = endOfWord(text, position);
            if (end > position) {
                if (line.length() > 0) {
                    line.append(' ');
                }
                line.append(shown(text.substring(position, end)));
            }
            position = end + 1;
        }
        if (line.length() > maxLength) {
            int end = Math.max(0, maxLength - CUT.length());
            // Do not cut between the two halves of a surrogate pair.
            line.setLength(end > 0 && Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end);
            line.append(CUT, 0, Math.min(CUT.length(), maxLength));
        }
        return line.toString();
    }

    /** The same without its final full stop, for a reason that is followed by another sentence. */
    public static String sentence(String text, int maxLength) {
        String line = of(text, maxLength);
        return line.endsWith(".") && !line.endsWith(CUT) ? line.substring(0, line.length() - 1) : line;
    }

    private static int endOfWord(String text, int from) {
        int end = from;
        while (end < text.length() && !isBreak(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** Whitespace, control characters, line breaks, and characters that hide or reorder the text around them. */
    private static boolean isBreak(char c) {
        if (c < 0xa0) {
            return c <= ' ' || c >= 0x7f;
        }
        int type = Character.getType(c);
        return type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR || type == Character.FORMAT;
    }

    /** A word unchanged, or masked from the point where a JWT or another long unbroken run of characters begins. */
    private static String shown(String word) {
        int jwt = word.indexOf("eyJ");
        if (jwt >= 0) {
            return word.substring(0, jwt) + "[hidden]";
        }
        int run = 0;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean opaque = Ascii.isLetterOrDigit(c) || "+/=_~.-".indexOf(c) >= 0;
            run = opaque ? run + 1 : 0;
            if (run > MAX_RUN) {
                return word.substring(0, i + 1 - run) + "[hidden]";
            }
        }
        return word;
    }
}
