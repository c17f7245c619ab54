package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import java.util.Map;

/** A refusal, with Azure's own code. */
@SuppressWarnings("serial")
final class ArmException extends RuntimeException {

    private final int status;
    private final Map<String, Object> error;

    ArmException(int status, String code, String message) {
        super(code + ": " + message, null, false, false);
        this.status = status;
        this.error = Map.of("code", code, "message", message);
    }

    Map<String, Object> error() {
        return error;
    }

    Answer answer() {
        return Answer.json(status, Map.of("error", error));
    }
}
