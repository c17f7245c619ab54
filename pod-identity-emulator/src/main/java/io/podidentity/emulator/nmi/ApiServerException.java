package io.podidentity.emulator.nmi;

/** The API server did not answer; the message is its own. */
@SuppressWarnings("serial")
public final class ApiServerException extends RuntimeException {

    private final String reason;

    public ApiServerException(String reason) {
        super(reason);
        this.reason = reason;
    }

    @Override
    public String getMessage() {
        return reason;
    }
}
