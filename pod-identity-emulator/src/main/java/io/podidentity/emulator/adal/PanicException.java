package io.podidentity.emulator.adal;

/** The original's code panics here; the message is Go's. */
@SuppressWarnings("serial")
public final class PanicException extends RuntimeException {

    public PanicException(String reason) {
        super(reason);
    }
}
