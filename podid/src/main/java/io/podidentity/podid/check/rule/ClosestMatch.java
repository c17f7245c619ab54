package io.podidentity.podid.check.rule;

import io.podidentity.podid.text.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class ClosestMatch {

    private static final int FEW = 2;

    private ClosestMatch() {}

    /** The one of the words that is most like it: in another letter case, or with a typo or two. */
    public static Optional<String> of(String word, Collection<String> words) {
        return words.stream()
                .filter(other -> isNear(word, other))
                .min(Comparator.comparingInt(other -> distance(word, other)));
    }

    /** Whether one is probably meant where the other is written; never if they are equal. */
    public static boolean isNear(String word, String other) {
        if (word.isEmpty() || other.isEmpty() || word.equals(other)) {
            return false;
        }
        // In a short word two letters are all the difference.
        int most = Math.min(FEW, Math.min(word.length(), other.length()) / 3);
        return word.equalsIgnoreCase(other)
                || (Math.abs(word.length() - other.length()) <= most && EditDistance.between(word, other) <= most);
    }

    private static int distance(String word, String other) {
        return word.equalsIgnoreCase(other) ? 0 : EditDistance.between(word, other);
    }
}
