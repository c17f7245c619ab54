// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** A hash that is kept in place of a secret, so that secrets can be compared. */
public final class Fingerprint {
    private Fingerprint() {}

    /** The SHA-256 hash of a text, in base64url. */
    public static String of(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text));
    }

    public static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
