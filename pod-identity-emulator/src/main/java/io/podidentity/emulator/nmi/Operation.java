package io.podidentity.emulator.nmi;

import io.podidentity.emulator.http.Answer;

/**
 * The result of a handler for one request.
 *
 * @param namespace of the pod, for the metrics; empty if it could not be determined
 */
record Operation(Answer answer, String namespace) {

    static Operation error(int status, String text, String namespace) {
        return new Operation(GoAnswer.error(status, text), namespace);
    }
}
