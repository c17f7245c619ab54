// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.http.Answer;
import java.util.Map;

/** The API server does not do what was asked, and says why in an object of kind Status. */
@SuppressWarnings("serial")
final class ApiRefusal extends RuntimeException {

    private final int code;
    private final String reason;

    private ApiRefusal(int code, String reason, String message) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
    }

    static ApiRefusal unauthorized() {
        return new ApiRefusal(401, "Unauthorized", "Unauthorized");
    }

    static ApiRefusal forbidden(String what, String message) {
        return new ApiRefusal(403, "Forbidden", what + " is forbidden: " + message);
    }

    static ApiRefusal notFound(String message) {
        return new ApiRefusal(404, "NotFound", message);
    }

    static ApiRefusal notAllowed() {
        return new ApiRefusal(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    static ApiRefusal invalid(String name, String cause) {
        return new ApiRefusal(
                422, "Invalid", "TokenRequest.authentication.k8s.io \"" + name + "\" is invalid: " + cause);
    }

    static ApiRefusal conflict(String message) {
        return new ApiRefusal(409, "Conflict", message);
    }

    static ApiRefusal badRequest(String message) {
        return new ApiRefusal(400, "BadRequest", message);
    }

    /** What the API server says where the webhook that converts a kind does not answer. */
    static ApiRefusal notConverted(String kind) {
        return new ApiRefusal(
                500,
                "InternalError",
                "conversion webhook for " + kind + " failed: Post \"https://webhook.default.svc:443/convert\": dial tcp"
                        + " 10.0.0.1:443: connect: connection refused");
    }

    Answer answer() {
        return Answer.json(
                code,
                Map.of(
                        "kind",
                        "Status",
                        "apiVersion",
                        "v1",
                        "metadata",
                        Map.of(),
                        "status",
                        "Failure",
                        "message",
                        String.valueOf(getMessage()),
                        "reason",
                        reason,
                        "code",
                        code));
    }
}
