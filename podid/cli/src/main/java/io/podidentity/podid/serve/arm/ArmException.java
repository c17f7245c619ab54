// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;

/** A refusal of Resource Manager or Graph, with the code and in the words of Azure. */
@SuppressWarnings("serial")
final class ArmException extends RuntimeException {

    private final int status;
    private final Document error;

    /** @param code Azure's name of the error, which clients compare, such as {@code ResourceNotFound} */
    ArmException(int status, String code, String message) {
        super(code + ": " + message, null, false, false);
        this.status = status;
        this.error = Document.EMPTY.with("code", code).with("message", message);
    }

    Document error() {
        return error;
    }

    Answer toAnswer() {
        return Document.EMPTY.with("error", error.fields()).toAnswer(status);
    }
}
