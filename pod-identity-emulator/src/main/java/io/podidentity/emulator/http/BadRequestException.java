package io.podidentity.emulator.http;

import java.io.IOException;

/** What arrived is not an HTTP request, or is too large. */
@SuppressWarnings("serial")
final class BadRequestException extends IOException {

    private final int status;
    private final String reason;

    BadRequestException(int status) {
        this(status, "");
    }

    /** @param reason in the words of Go's server; empty where it gives none */
    BadRequestException(int status, String reason) {
        super("HTTP " + status);
        this.status = status;
        this.reason = reason;
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }
}
