// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;

/** The answer that there is no token, with the exception that says why. */
final class Failure implements Answer {
    private final TokenAcquisitionException exception;

    Failure(TokenAcquisitionException exception) {
        this.exception = exception;
    }

    /** Why there is no token. Futures share the exception; each blocking caller throws a copy. */
    TokenAcquisitionException exception() {
        return exception;
    }
}
