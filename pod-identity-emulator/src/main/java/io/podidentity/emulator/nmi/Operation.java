package io.podidentity.emulator.nmi;

import io.podidentity.emulator.http.Answer;

/**
 * What a handler makes of a request.
 *
 * @param namespace of the pod, for the metrics; empty if it was not found out
 */
record Operation(Answer answer, String namespace) {

    static Operation error(int status, String text, String namespace) {
        return new Operation(GoAnswer.error(status, text), namespace);
    }
}
