// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.log;

import java.util.regex.Pattern;

/**
 * Shortens client IDs for a log, as upstream does.
 *
 * @since 0.1.0
 */
public final class ClientIds {

    private static final Pattern LONG_ENOUGH = Pattern.compile("^(\\S{4})(?s:.*)(\\S{4})$");

    private ClientIds() {}

    /** The first and the last four characters; of fewer than eight all. */
    public static String redacted(String clientId) {
        return LONG_ENOUGH.matcher(clientId).replaceAll("$1##### REDACTED #####$2");
    }
}
