package io.podidentity.emulator.adal;

/** There is no token, in the library's own words. Never holds a secret. */
@SuppressWarnings("serial")
public final class AdalException extends Exception {

    private final String reason;
    private final boolean refused;

    AdalException(String reason, boolean refused) {
        super(reason);
        this.reason = reason;
        this.refused = refused;
    }

    @Override
    public String getMessage() {
        return reason;
    }

    /** Whether who gives tokens has answered, and not with one; otherwise the question was not even put. */
    public boolean isRefused() {
        return refused;
    }
}
