// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/**
 * Makes a foreign text safe to show: one line of limited length, in which everything that looks like a token is masked.
 */
public final class Excerpt {
    private static final String CUT = "...";
    /** Longer than any resource, GUID or host name that a message shows, and shorter than any token. */
    private static final int MAX_RUN = 120;

    /** Longer than a GUID, and no longer than any token or secret that Entra ID hands out. */
    private static final int MIN_RANDOM = 40;

    /** How every resource ID of Azure begins, and no token. */
    private static final String RESOURCE_ID = "/subscriptions/";

    private static final String HIDDEN = "[hidden]";

    // The kinds of characters; see kind().
    private static final int OTHER = 0;
    private static final int DIGIT = 1;
    private static final int CAPITAL = 2;
    private static final int SMALL = 3;

    private Excerpt() {}

    /** One line of a text with at most so many characters, in which everything that looks like a token is masked. */
    public static String of(String text, int maxLength) {
        return shorten(text, maxLength, false);
    }

    private static String shorten(String text, int maxLength, boolean random) {
        StringBuilder line = new StringBuilder();
        String before = "";
        int position = 0;
        while (position < text.length() && line.length() <= maxLength) {
            int end = endOfWord(text, position);
            if (end > position) {
                if (line.length() > 0) {
                    line.append(' ');
                }
                String word = text.substring(position, end);
                line.append(maskWord(word, before, random));
                before = word;
            }
            position = end + 1;
        }
        if (line.length() > maxLength) {
            cut(line, maxLength);
        }
        return line.toString();
    }

    private static void cut(StringBuilder line, int maxLength) {
        int end = Math.max(0, maxLength - CUT.length());
        if (end > 0 && Character.isHighSurrogate(line.charAt(end - 1))) {
            // Not between the two halves of a surrogate pair.
            end--;
        }
        line.setLength(end);
        line.append(CUT, 0, Math.min(CUT.length(), maxLength));
    }

    /** The same without its final full stop, for a reason that another sentence follows. */
    public static String sentence(String text, int maxLength) {
        return withoutFullStop(of(text, maxLength));
    }

    /**
     * The same for the output of a tool. It may show a secret that this library does not know, so runs of characters
     * that look random are masked too.
     */
    public static String printed(String text, int maxLength) {
        return withoutFullStop(shorten(text, maxLength, true));
    }

    private static String withoutFullStop(String line) {
        if (line.endsWith(".") && !line.endsWith(CUT)) {
            return line.substring(0, line.length() - 1);
        }
        return line;
    }

    /**
     * A word in which everything that looks like a token is masked.
     *
     * @param before the word before it
     * @param random whether runs that look random are masked too
     */
    private static String maskWord(String word, String before, boolean random) {
        if (before.equals("--claims-challenge") && isClaims(word)) {
            return word;
        }
        String masked = maskTokens(word);
        if (random) {
            return maskRandom(masked);
        }
        return masked;
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

    /** Whether a word is the Base64 of a request for claims. A user who is asked to sign in must be able to copy it. */
    private static boolean isClaims(String word) {
        String base64 = word;
        while (!base64.isEmpty() && "\"'".indexOf(base64.charAt(0)) >= 0) {
            base64 = base64.substring(1);
        }
        while (!base64.isEmpty() && "\"'.,".indexOf(base64.charAt(base64.length() - 1)) >= 0) {
            base64 = base64.substring(0, base64.length() - 1);
        }
        try {
            String json = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            // The members of a request for claims are objects. In an answer with a token, the token is a text.
            for (@Nullable Object value : JsonReader.readObject(json).values()) {
                if (!(value instanceof Map<?, ?>)) {
                    return false;
                }
            }
            return of(json, json.length()).equals(json);
        } catch (IllegalArgumentException | JsonException e) {
            return false;
        }
    }

    /** A word in which the runs of characters that look random are masked. */
    private static String maskRandom(String word) {
        StringBuilder shown = new StringBuilder();
        for (int start = 0, end; start < word.length(); start = end + 1) {
            end = start;
            while (end < word.length() && isOfRun(word.charAt(end))) {
                end++;
            }
            String run = word.substring(start, end);
            if (looksRandom(run)) {
                run = HIDDEN;
            }
            shown.append(run).append(word, end, Math.min(end + 1, word.length()));
        }
        return shown.toString();
    }

    private static boolean isOfRun(char c) {
        return isLetterOrDigit(c) || "+/_~-".indexOf(c) >= 0;
    }

    /** Whether a run looks like Base64 or hex of 30 bytes or so: it has a long part that looks random. */
    private static boolean looksRandom(String run) {
        if (run.length() < MIN_RANDOM) {
            return false;
        }
        int least = MIN_RANDOM / 2;
        if (run.startsWith("/")) {
            // A path may have a hash in it, which is no secret.
            least = MIN_RANDOM;
        }
        for (int start = 0, end; start < run.length(); start = end + 1) {
            end = endOfAlphanumeric(run, start);
            if (end - start >= least && isRandom(run, start, end)) {
                return true;
            }
        }
        return false;
    }

    private static int endOfAlphanumeric(String run, int start) {
        int end = start;
        while (end < run.length() && isLetterOrDigit(run.charAt(end))) {
            end++;
        }
        return end;
    }

    /**
     * Whether small letters, capitals and digits follow each other by chance. They do so in random text, but neither in
     * words nor in names.
     */
    private static boolean isRandom(String run, int start, int end) {
        int changesOfKind = 0;
        int changesOfDigit = 0;
        for (int i = start + 1; i < end; i++) {
            int kind = kind(run.charAt(i));
            int before = kind(run.charAt(i - 1));
            if (kind != before) {
                changesOfKind++;
            }
            if ((kind == DIGIT) != (before == DIGIT)) {
                changesOfDigit++;
            }
        }
        int length = end - start;
        return changesOfKind * 10 >= length * 3 && changesOfDigit * 10 >= length;
    }

    private static boolean isLetterOrDigit(char c) {
        return c < 128 && Character.isLetterOrDigit(c);
    }

    private static int kind(char c) {
        if (!isLetterOrDigit(c)) {
            return OTHER;
        }
        if (c <= '9') {
            return DIGIT;
        }
        return c <= 'Z' ? CAPITAL : SMALL;
    }

    /** Where a JWT begins in a word, or a JWT whose letters have lost their case; -1 for none. */
    private static int findJwt(String word) {
        for (int i = 0; i + 3 <= word.length(); i++) {
            boolean first = i == 0 || !isLetterOrDigit(word.charAt(i - 1));
            if (word.startsWith("eyJ", i)
                    || (first && word.length() - i > MIN_RANDOM && word.regionMatches(true, i, "eyJ", 0, 3))) {
                return i;
            }
        }
        return -1;
    }

    /** A word unchanged, or masked from the point where a JWT or another long unbroken run of characters begins. */
    private static String maskTokens(String word) {
        int jwt = findJwt(word);
        if (jwt >= 0) {
            return word.substring(0, jwt) + HIDDEN;
        }
        int run = 0;
        boolean resourceId = false;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (run == 0) {
                resourceId = word.regionMatches(true, i, RESOURCE_ID, 0, RESOURCE_ID.length());
            }
            if (!isOfToken(c)) {
                run = 0;
            } else if (resourceId && c == '/') {
                // A resource ID is as long as a token, so each of its parts is a run of its own.
                run = 1;
            } else {
                run++;
            }
            if (run > MAX_RUN) {
                return word.substring(0, i + 1 - run) + HIDDEN;
            }
        }
        return word;
    }

    private static boolean isOfToken(char c) {
        return isLetterOrDigit(c) || "+/=_~.-".indexOf(c) >= 0;
    }
}
