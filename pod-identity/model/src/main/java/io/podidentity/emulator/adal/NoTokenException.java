package io.podidentity.emulator.adal;

/**
 * There is no token, in the words of NMI and its library. Never holds a secret.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class NoTokenException extends Exception {

    private final boolean refused;

    public NoTokenException(String reason, boolean refused) {
        super(reason);
        this.refused = refused;
    }

    /** Whether the token issuer answered without a token; if false, the request was never sent. */
    public boolean isRefused() {
        return refused;
    }
}
