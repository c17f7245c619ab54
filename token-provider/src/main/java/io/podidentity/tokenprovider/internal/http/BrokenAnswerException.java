package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;

/**
 * Something answered, and not as HTTP has it, or not to the end. One byte of a server is an answer, and its sender is
 * there: {@link NoAnswer#isSilence} tells such a failure from silence. Its message says what was broken, and holds
 * nothing of the answer.
 */
public final class BrokenAnswerException extends IOException {
    @java.io.Serial
    private static final long serialVersionUID = 1L;

    private BrokenAnswerException(String message) {
        super(message);
    }

    /** Not thrown by its own type: whoever may throw it would load it before. */
    static IOException because(String reason) {
        return new BrokenAnswerException(reason);
    }
}
