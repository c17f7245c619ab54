package io.podidentity.emulator.adal;

/** There is no token, in the library's own words. Never holds a secret. */
@SuppressWarnings("serial")
public final class AdalException extends Exception {

    private final boolean refused;

    AdalException(String reason, boolean refused) {
        super(reason);
        this.refused = refused;
    }

    /** Whether the token issuer answered without a token; if false, the request was never sent. */
    public boolean isRefused() {
        return refused;
    }
}
