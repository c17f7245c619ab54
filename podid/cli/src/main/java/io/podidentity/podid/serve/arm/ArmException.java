// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;

/** A refusal, with Azure's own code. */
@SuppressWarnings("serial")
final class ArmException extends RuntimeException {

    private final int status;
    private final Document error;

    ArmException(int status, String code, String message) {
        super(code + ": " + message, null, false, false);
        this.status = status;
        this.error = Document.EMPTY.with("code", code).with("message", message);
    }

    Document error() {
        return error;
    }

    Answer answer() {
        return Document.EMPTY.with("error", error.fields()).answer(status);
    }
}
