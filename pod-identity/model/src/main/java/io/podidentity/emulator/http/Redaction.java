// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Removes secrets from what is recorded or logged.
 *
 * @since 0.1.0
 */
public final class Redaction {

    private static final String REDACTED = "REDACTED";
    /** Every JWT begins with an opening brace and a quote in base64url. */
    private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_=-]*(\\.[A-Za-z0-9_=-]*)*");

    /** A secret of 256 bits as a part of a path, which keeps others from that path. */
    private static final Pattern SECRET_PART = Pattern.compile("(?<=/)[0-9a-f]{64}(?=/|$)");

    private static final Pattern SECRET_NAME = Pattern.compile(
            "(?i)((access|id|refresh)_)?token|(client_)?(assertion|secret)|user_federated_identity_credential"
                    + "|(device_)?code|password|sig");

    private Redaction() {}

    /** A path or another text without its tokens and secret parts. */
    public static String text(String text) {
        return SECRET_PART.matcher(JWT.matcher(text).replaceAll(REDACTED)).replaceAll(REDACTED);
    }

    /** A query without tokens and without the values of parameters that are secret. */
    public static String query(String rawQuery) {
        return Arrays.stream(rawQuery.split("&", -1)).map(Redaction::pair).collect(Collectors.joining("&"));
    }

    private static String pair(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        if (SECRET_NAME.matcher(decoded(name)).matches()) {
            return name + "=" + REDACTED;
        }
        return JWT.matcher(pair).replaceAll(REDACTED);
    }

    /** A name can be percent-encoded in part; a broken escape is left as it is. */
    private static String decoded(String name) {
        try {
            return Request.decodeSegment(name);
        } catch (IllegalArgumentException brokenEscape) {
            return name;
        }
    }
}
