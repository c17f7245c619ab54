package io.podidentity.emulator.storage;

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
}
