package io.podidentity.emulator.nmi;

/** The API server did not answer; the message is its own. */
@SuppressWarnings("serial")
public final class ApiServerException extends RuntimeException {

    public ApiServerException(String reason) {
        super(reason);
    }
}
