// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

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

    public static Optional<String> question(String word, Collection<String> words) {
        return of(word, words).map(near -> "Did you mean " + near + "?");
    }

    /** Whether one is probably meant where the other is written; never if they are equal. */
    public static boolean isNear(String word, String other) {
        if (word.isEmpty() || other.isEmpty() || word.equals(other)) {
            return false;
        }
        // In a short word two letters are all the difference.
        int most = Math.min(FEW, Math.min(word.length(), other.length()) / 3);
        return word.equalsIgnoreCase(other)
                || (Math.abs(word.length() - other.length()) <= most && edits(word, other) <= most);
    }

    private static int distance(String word, String other) {
        return word.equalsIgnoreCase(other) ? 0 : edits(word, other);
    }

    /** How many letters must be inserted, removed or replaced to turn one word into another, as Levenshtein counts. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
