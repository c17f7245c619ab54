// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;

/**
 * An answer that is not HTTP, or that has no end. A server that sends a single byte is there, so this is not silence
 * ({@link NoAnswer#isSilence}). The message says what was broken, and shows nothing of the answer.
 */
public final class BrokenAnswerException extends IOException {
    @java.io.Serial
    private static final long serialVersionUID = 1L;

    private BrokenAnswerException(String message) {
        super(message);
    }

    /** Declared as {@link IOException}: the verifier would otherwise load this class with each class that throws it. */
    static IOException because(String reason) {
        return new BrokenAnswerException(reason);
    }
}
