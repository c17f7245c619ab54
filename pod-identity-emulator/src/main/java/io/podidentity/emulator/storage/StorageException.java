package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import java.time.Instant;
import java.util.Map;

/** A refusal by Blob Storage. */
@SuppressWarnings("serial")
final class StorageException extends RuntimeException {

    private final StorageError error;
    private final String element;
    private final String detail;
    private final Map<String, String> headers;

    StorageException(StorageError error) {
        this(error, "", "");
    }

    /** @param element the name of an element beside code and message that says more */
    StorageException(StorageError error, String element, String detail) {
        this(error, element, detail, Map.of());
    }

    private StorageException(StorageError error, String element, String detail, Map<String, String> headers) {
        super(error.code);
        this.headers = headers;
        this.error = error;
        this.element = element;
        this.detail = detail;
    }

    /** The same with one header beside the usual ones. */
    StorageException with(String header, String value) {
        return new StorageException(error, element, detail, Map.of(header, value));
    }

    Answer answer(String requestId, Instant now) {
        String message = error.message + "\nRequestId:" + requestId + "\nTime:" + now;
        var xml = new Xml("Error").text("Code", error.code).text("Message", message);
        if (!element.isEmpty()) {
            xml.text(element, detail);
        }
        Answer answer = Answer.text(error.status, "application/xml", xml.end()).with("x-ms-error-code", error.code);
        for (var header : headers.entrySet()) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return answer;
    }
}
