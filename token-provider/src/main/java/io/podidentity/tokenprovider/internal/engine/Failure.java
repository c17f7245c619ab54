// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;

/** The answer that there is no token, with the exception that says why. */
final class Failure implements Answer {
    private final TokenAcquisitionException exception;

    Failure(TokenAcquisitionException exception) {
        this.exception = exception;
    }

    /** Why there is no token. All callers that get this answer share the exception. */
    TokenAcquisitionException exception() {
        return exception;
    }
}
