// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.text;

import java.util.regex.Pattern;

/** A word quoted so that a shell reads it unchanged. */
public final class ShellWord {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+,=-]+");

    private ShellWord() {}

    public static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
