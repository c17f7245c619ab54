// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that somebody probably meant, among those that there are. */
public final class ClosestMatch {

    /** So many letters may be wrong in a long word. */
    private static final int MAX_EDITS = 2;

    private ClosestMatch() {}

    /** The word most like it: in another letter case, or with a typo or two; empty if none is near. */
    public static Optional<String> of(String word, Collection<String> words) {
        return words.stream()
                .filter(other -> isNear(word, other))
                .min(Comparator.comparingInt(other -> distance(word, other)));
    }

    /** The same as a question to the user. */
    public static Optional<String> question(String word, Collection<String> words) {
        return of(word, words).map(near -> "Did you mean " + near + "?");
    }

    /** Whether one is probably meant where the other is written; never if they are equal. */
    public static boolean isNear(String word, String other) {
        if (word.isEmpty() || other.isEmpty() || word.equals(other)) {
            return false;
        }
        // In a short word two letters are all the difference.
        int most = Math.min(MAX_EDITS, Math.min(word.length(), other.length()) / 3);
        boolean isOfLikeLength = Math.abs(word.length() - other.length()) <= most;
        return word.equalsIgnoreCase(other) || (isOfLikeLength && countEdits(word, other) <= most);
    }

    private static int distance(String word, String other) {
        return word.equalsIgnoreCase(other) ? 0 : countEdits(word, other);
    }

    /**
     * How many letters must be inserted, removed or replaced to turn one word into another, as Levenshtein counts. Of
     * the table of all beginnings of both words, one row is kept.
     */
    private static int countEdits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int replaced = diagonal + cost;
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
