// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

/**
 * There is no token, in the words of NMI and its library. Never holds a secret.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class NoTokenException extends Exception {

    private final boolean refused;

    private NoTokenException(String reason, boolean refused) {
        super(reason);
        this.refused = refused;
    }

    /** NMI sees that the metadata service or Entra ID has refused the token. */
    public static NoTokenException byRefusal(String reason) {
        return new NoTokenException(reason, true);
    }

    /** NMI could not ask, got no whole answer, or does not see in the library's error that it was a refusal. */
    public static NoTokenException withoutRefusal(String reason) {
        return new NoTokenException(reason, false);
    }

    /** Whether NMI sees that the metadata service or Entra ID has refused the token. */
    public boolean isRefused() {
        return refused;
    }
}
