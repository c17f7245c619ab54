package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import java.time.Instant;
import java.util.Map;

/** Blob Storage's errors that the emulator can give: code, HTTP status and message. */
enum StorageError {
    NO_AUTHENTICATION(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate"
                    + " header."),
    INVALID_AUTHENTICATION(
            401,
            "InvalidAuthenticationInfo",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate"
                    + " header."),
    AUTHENTICATION_FAILED(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly"
                    + " including the signature."),
    PERMISSION_MISMATCH(
            403,
            "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission."),
    ACCOUNT_NOT_FOUND(404, "ResourceNotFound", "The specified resource does not exist."),
    CONTAINER_NOT_FOUND(404, "ContainerNotFound", "The specified container does not exist."),
    BLOB_NOT_FOUND(404, "BlobNotFound", "The specified blob does not exist."),
    BLOB_EXISTS(409, "BlobAlreadyExists", "The specified blob already exists."),
    VERB_NOT_SUPPORTED(
            405,
            "UnsupportedHttpVerb",
            "The resource doesn't support the specified HTTP verb: podid reads, and puts block blobs whole."),
    INVALID_QUERY_VALUE(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid."),
    QUERY_OUT_OF_RANGE(
            400,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible range."),
    INVALID_URI(400, "InvalidUri", "The requested URI does not represent any resource on the server."),
    CONDITION_NOT_MET(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."),
    NOT_MODIFIED(304, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."),
    INVALID_RANGE(416, "InvalidRange", "The range specified is invalid for the current size of the resource.");

    final int status;
    final String code;
    final String message;

    StorageError(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    Refusal refusal() {
        return new Refusal(this, "", "", Map.of());
    }

    /** @param element the name of an element beside code and message that says more */
    Refusal refusal(String element, String detail) {
        return new Refusal(this, element, detail, Map.of());
    }

    /** A refusal by Blob Storage. */
    @SuppressWarnings("serial")
    static final class Refusal extends RuntimeException {

        private final StorageError error;
        private final String element;
        private final String detail;
        private final Map<String, String> headers;

        private Refusal(StorageError error, String element, String detail, Map<String, String> headers) {
            super(error.code);
            this.error = error;
            this.element = element;
            this.detail = detail;
            this.headers = headers;
        }

        /** The same with one header beside the usual ones. */
        Refusal with(String header, String value) {
            return new Refusal(error, element, detail, Map.of(header, value));
        }

        Answer answer(String requestId, Instant now) {
            String message = error.message + "\nRequestId:" + requestId + "\nTime:" + now;
            var xml = new Xml("Error").text("Code", error.code).text("Message", message);
            if (!element.isEmpty()) {
                xml.text(element, detail);
            }
            Answer answer = Answer.text(error.status, "application/xml", xml.end());
            for (var header : headers.entrySet()) {
                answer = answer.with(header.getKey(), header.getValue());
            }
            return answer.with("x-ms-error-code", error.code);
        }
    }
}
