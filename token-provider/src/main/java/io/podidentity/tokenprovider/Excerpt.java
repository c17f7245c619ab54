package io.podidentity.tokenprovider;

/** A short piece of somebody else's text that is safe to show: one line, bounded, and nothing in it like a token. */
final class Excerpt {
    private static final String CUT = "...";
    /** Longer than any resource, GUID or host name that a message shows; shorter than any token. */
    private static final int MAX_RUN = 120;

    private Excerpt() {}

    /** The beginning of a text, in at most so many characters. */
    static String of(String text, int maxLength) {
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
            line.setLength(maxLength - CUT.length());
            line.append(CUT);
        }
        return line.toString();
    }

    private static int endOfWord(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) > ' ' && text.charAt(end) != 0x7f) {
            end++;
        }
        return end;
    }

    /** A word as it is, or masked from the place on where a JWT or another long run without a break begins. */
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
