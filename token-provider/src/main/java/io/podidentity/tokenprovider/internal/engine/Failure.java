package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;

/** The answer that there is no token. */
final class Failure implements Answer {
    private final TokenAcquisitionException exception;

    Failure(TokenAcquisitionException exception) {
        this.exception = exception;
    }

    /** Why there is none; shared by all who get this answer. */
    TokenAcquisitionException exception() {
        return exception;
    }
}
