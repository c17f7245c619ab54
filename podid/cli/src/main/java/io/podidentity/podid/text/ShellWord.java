// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

import java.util.regex.Pattern;

/** A word quoted so that a shell reads it unchanged. */
public final class ShellWord {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+,=-]+");

    private ShellWord() {}

    /** The word as it is if it needs no quotes, otherwise in single quotes. */
    public static String quoted(String word) {
        if (PLAIN.matcher(word).matches()) {
            return word;
        }
        // Within single quotes nothing has a meaning, but no single quote can stand there: it is put between two texts.
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
