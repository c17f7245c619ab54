package io.podidentity.emulator.http;

import java.io.IOException;

/** What arrived is not an HTTP request, or is too large. */
@SuppressWarnings("serial")
final class BadRequestException extends IOException {

    private final int status;

    BadRequestException(int status) {
        super("HTTP " + status);
        this.status = status;
    }

    int status() {
        return status;
    }
}
