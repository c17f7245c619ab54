package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;

/** A refusal, with Azure's own code. */
@SuppressWarnings("serial")
final class ArmException extends RuntimeException {

    private final int status;
    private final Document body;

    ArmException(int status, String code, String message) {
        super(code + ": " + message, null, false, false);
        this.status = status;
        this.body = Document.error(code, message);
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
        return body.answer(status);
    }

    Document body() {
        return body;
    }
}
