// SPDX-License-Identifier: Apache-2.0
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
    CONTAINER_EXISTS(409, "ContainerAlreadyExists", "The specified container already exists."),
    VERB_NOT_SUPPORTED(405, "UnsupportedHttpVerb", "The resource doesn't support the specified HTTP verb."),
    CORS_FAILURE(403, "CorsPreflightFailure", "CORS not enabled or no matching rule found for this request."),
    INVALID_RESOURCE_NAME(400, "InvalidResourceName", "The specified resource name contains invalid characters."),
    OUT_OF_RANGE_INPUT(400, "OutOfRangeInput", "One of the request inputs is out of range."),
    INVALID_HEADER_VALUE(
            400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format."),
    MISSING_HEADER(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified."),
    MISSING_QUERY_PARAMETER(
            400,
            "MissingRequiredQueryParameter",
            "A query parameter that's mandatory for this request is not specified."),
    INVALID_MD5(
            400,
            "InvalidMd5",
            "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded."),
    MD5_MISMATCH(
            400,
            "Md5Mismatch",
            "The MD5 value specified in the request did not match with the MD5 value calculated by the server."),
    CRC64_MISMATCH(
            400,
            "Crc64Mismatch",
            "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server."),
    BOTH_CHECKSUMS(
            400, "BothCrc64AndMd5HeaderPresent", "Both x-ms-content-crc64 header and Content-MD5 header are present."),
    INVALID_METADATA(
            400, "InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted."),
    EMPTY_METADATA_KEY(400, "EmptyMetadataKey", "The key for one of the metadata key-value pairs is empty."),
    METADATA_TOO_LARGE(
            400, "MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted."),
    INVALID_XML(400, "InvalidXmlDocument", "XML specified is not syntactically valid."),
    INVALID_BLOCK_LIST(400, "InvalidBlockList", "The specified block list is invalid."),
    BLOCK_LIST_TOO_LONG(400, "BlockListTooLong", "The block list may not contain more than 50,000 blocks."),
    INVALID_BLOB_OR_BLOCK(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid."),
    MULTIPLE_CONDITIONS(400, "MultipleConditionHeadersNotSupported", "Multiple condition headers are not supported."),
    UNSATISFIABLE_CONDITION(
            400, "UnsatisfiableCondition", "The request includes an unsatisfiable condition for this operation."),
    CONDITIONS_NOT_SUPPORTED(
            400, "ConditionHeadersNotSupported", "Condition headers are not supported for this operation."),
    LEASE_NOT_PRESENT(412, "LeaseNotPresentWithBlobOperation", "There is currently no lease on the blob."),
    NOT_PLAYED(501, "NotImplemented", "The requested operation is not implemented on the specified resource"),
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

    /** @param what part of a request is not honoured here */
    static Refusal notPlayed(String what) {
        return NOT_PLAYED.refusal(
                "NotImplementedDetail", "podid does not play " + what + ". Use Azurite with podid's tokens for it.");
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
            String why = error == NOT_PLAYED ? ": " + detail : "";
            String message = error.message + why + "\nRequestId:" + requestId + "\nTime:" + now;
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
