package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import java.time.Instant;

/** A refusal by Blob Storage. */
@SuppressWarnings("serial")
final class StorageException extends RuntimeException {

    private final StorageError error;
    private final String element;
    private final String detail;

    StorageException(StorageError error, String element, String detail) {
        super(error.code());
        this.error = error;
        this.element = element;
        this.detail = detail;
    }

    StorageError error() {
        return error;
    }

    Answer answer(String requestId, Instant now) {
        String message = error.message() + "\nRequestId:" + requestId + "\nTime:" + now;
        var xml = new Xml("Error").text("Code", error.code()).text("Message", message);
        if (!element.isEmpty()) {
            xml.text(element, detail);
        }
        return Answer.text(error.status(), "application/xml", xml.end()).with("x-ms-error-code", error.code());
    }
}
