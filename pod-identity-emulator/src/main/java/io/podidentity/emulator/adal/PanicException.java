package io.podidentity.emulator.adal;

/** The original's code panics here; the message is Go's. */
@SuppressWarnings("serial")
public final class PanicException extends RuntimeException {

    private final String reason;

    public PanicException(String reason) {
        super(reason);
        this.reason = reason;
    }

    @Override
    public String getMessage() {
        return reason;
    }
}
