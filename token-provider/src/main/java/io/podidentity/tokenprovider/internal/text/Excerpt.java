package io.podidentity.tokenprovider.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A short piece of text from elsewhere that is safe to show: one line, of limited length, with everything that looks
 * like a token masked.
 */
public final class Excerpt {
    private static final String CUT = "...";
    /** Longer than any resource, GUID or host name that a message shows, and shorter than any token. */
    private static final int MAX_RUN = 120;

    /** Longer than a GUID, and no longer than any token or secret that Entra ID hands out. */
    private static final int MIN_RANDOM = 40;

    /** How every resource ID of Azure begins, and no token. */
    private static final String RESOURCE_ID = "/subscriptions/";

    private static final int DIGIT = 1;

    private Excerpt() {}

    public static String of(String text, int maxLength) {
        return of(text, maxLength, false);
    }

    private static String of(String text, int maxLength, boolean random) {
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
                boolean challenge = before.equals("--claims-challenge") && isClaims(word);
                String shown = challenge ? word : shown(word);
                line.append(random && !challenge ? withoutRandom(shown) : shown);
                before = word;
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
        return sentence(of(text, maxLength));
    }

    /**
     * The same of what a tool printed, which may show a secret that nobody here knows: without runs of characters that
     * look random.
     */
    public static String printed(String text, int maxLength) {
        return sentence(of(text, maxLength, true));
    }

    private static String sentence(String line) {
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

    /** Whether a word is the Base64 of a request for claims, which whoever is asked to sign in must be able to copy. */
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
            // An answer with a token has it as a text, and not as an object with what is wanted of it.
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

    /** A word without the runs in it that look random. */
    private static String withoutRandom(String word) {
        StringBuilder shown = new StringBuilder();
        for (int start = 0, end; start < word.length(); start = end + 1) {
            end = start;
            while (end < word.length() && (kind(word.charAt(end)) > 0 || "+/_~-".indexOf(word.charAt(end)) >= 0)) {
                end++;
            }
            String run = word.substring(start, end);
            shown.append(looksRandom(run) ? "[hidden]" : run);
            shown.append(word, end, Math.min(end + 1, word.length()));
        }
        return shown.toString();
    }

    /**
     * Whether a run is Base64 or hex of 30 bytes or so. In it small letters, capitals and digits follow each other by
     * chance, which they do neither in words nor in names; the parts of a GUID are short. A path may have a hash.
     */
    private static boolean looksRandom(String run) {
        int longest = 0;
        for (int start = 0, end; start < run.length() && run.length() >= MIN_RANDOM; start = end + 1) {
            int changes = 0;
            int digits = 0;
            for (end = start; end < run.length() && kind(run.charAt(end)) > 0; end++) {
                int kind = kind(run.charAt(end));
                int before = end == start ? kind : kind(run.charAt(end - 1));
                changes += kind == before ? 0 : 1;
                digits += (kind == DIGIT) == (before == DIGIT) ? 0 : 1;
            }
            int length = end - start;
            boolean random = changes * 10 >= length * 3 && digits * 10 >= length;
            longest = random ? Math.max(longest, length) : longest;
        }
        return longest >= (run.startsWith("/") ? MIN_RANDOM : MIN_RANDOM / 2);
    }

    /** Whether it is one in ASCII. */
    private static boolean isLetterOrDigit(char c) {
        return c < 128 && Character.isLetterOrDigit(c);
    }

    private static int kind(char c) {
        if (!isLetterOrDigit(c)) {
            return 0;
        }
        return c <= '9' ? DIGIT : c <= 'Z' ? 2 : 3;
    }

    /** Where a JWT begins in a word, or one whose letters have lost their case; -1 if none does. */
    private static int jwt(String word) {
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
    private static String shown(String word) {
        int jwt = jwt(word);
        if (jwt >= 0) {
            return word.substring(0, jwt) + "[hidden]";
        }
        int run = 0;
        boolean resourceId = false;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean opaque = isLetterOrDigit(c) || "+/=_~.-".indexOf(c) >= 0;
            if (run == 0) {
                resourceId = word.regionMatches(true, i, RESOURCE_ID, 0, RESOURCE_ID.length());
            }
            // Of a resource ID each part is looked at by itself: as a whole it is as long as a token.
            run = !opaque ? 0 : resourceId && c == '/' ? 1 : run + 1;
            if (run > MAX_RUN) {
                return word.substring(0, i + 1 - run) + "[hidden]";
            }
        }
        return word;
    }
}
