// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.azure;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells a client ID from what people write in its place.
 *
 * @since 0.1.0
 */
public final class ClientIdText {

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern PLACEHOLDER = Pattern.compile(
            "client_?-?id|(your|my|insert|replace|change)[_-].*|.*[_-](here|placeholder)|x+(-+x+)*|[a-z]*subst_.*|todo|placeholder");

    private ClientIdText() {}

    /** Whether it can be a client ID: neither a resource ID nor a placeholder that nobody has replaced. */
    public static boolean canBeOne(String text) {
        return WORD.matcher(text).matches()
                && !PLACEHOLDER.matcher(text.toLowerCase(Locale.ROOT)).matches();
    }
}
