package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import java.util.Map;

/** A refusal, with Azure's own code. */
final class ArmException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String message;

    ArmException(int status, String code, String message) {
        super(code + ": " + message, null, false, false);
        this.status = status;
        this.code = code;
        this.message = message;
    }

    static ArmException notFound(ResourceId id) {
        return id.isGroup()
                ? new ArmException(
                        404, "ResourceGroupNotFound", "Resource group '" + id.name() + "' could not be found.")
                : new ArmException(
                        404,
                        "ResourceNotFound",
                        "The Resource '" + id.type() + "/" + id.name() + "' under resource group '"
                                + (id.segments().size() > 4 ? id.groupName() : "<null>") + "' was not found.");
    }

    Answer answer() {
        return Answer.json(status, body());
    }

    Map<String, Object> body() {
        return Map.of("error", Map.of("code", code, "message", message));
    }
}
