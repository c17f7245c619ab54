// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * Tokens that were revoked before they expire, as continuous access evaluation does. Who presents one is challenged to
 * ask Entra ID for another one. Keeps fingerprints of tokens alone. Thread-safe.
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims challenges</a>
 * @since 0.1.0
 */
public final class ClaimsChallenge {

    private final Set<String> revoked = new HashSet<>();
    private int ordered;

    /** Revokes the token that is presented next. */
    public synchronized void order() {
        ordered++;
    }

    /** How many tokens are still to be revoked. */
    public synchronized int ordered() {
        return ordered;
    }

    /** Revokes no more tokens, and takes those that were revoked for valid again. */
    public synchronized void clear() {
        ordered = 0;
        revoked.clear();
    }

    /** Whether the token, which is valid otherwise, is revoked. */
    synchronized boolean refuses(String token) {
        String fingerprint = fingerprint(token);
        if (revoked.contains(fingerprint)) {
            return true;
        }
        if (ordered == 0) {
            return false;
        }
        ordered--;
        revoked.add(fingerprint);
        return true;
    }

    /** The directive that tells a client what its next token must satisfy: it is newer than the revocation. */
    static String header(String authorize, Instant now) {
        String claims = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + now.getEpochSecond() + "\"}}}";
        String encoded = Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        return "Bearer realm=\"\", authorization_uri=\"" + authorize + "\", error=\"insufficient_claims\", claims=\""
                + encoded + "\"";
    }

    private static String fingerprint(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
