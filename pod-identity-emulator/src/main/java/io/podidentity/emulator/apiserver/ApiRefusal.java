package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.http.Answer;
import java.util.LinkedHashMap;
import java.util.Map;

/** The API server does not do what was asked, and says why in an object of kind Status. */
@SuppressWarnings("serial")
final class ApiRefusal extends RuntimeException {

    private final int code;
    private final String reason;
    private final Map<String, Object> details;

    private ApiRefusal(int code, String reason, String message, Map<String, Object> details) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    static ApiRefusal unauthorized() {
        return new ApiRefusal(401, "Unauthorized", "Unauthorized", Map.of());
    }

    /** @param name empty for all of them */
    static ApiRefusal forbidden(ApiResource resource, String name, String message) {
        String what = name.isEmpty() ? resource.qualified() : resource.qualified() + " \"" + name + "\"";
        return new ApiRefusal(403, "Forbidden", what + " is forbidden: " + message, details(resource, name));
    }

    static ApiRefusal forbiddenPath(String message) {
        return new ApiRefusal(403, "Forbidden", "forbidden: " + message, Map.of());
    }

    static ApiRefusal notFound(ApiResource resource, String name) {
        return new ApiRefusal(
                404, "NotFound", resource.qualified() + " \"" + name + "\" not found", details(resource, name));
    }

    static ApiRefusal noSuchPath(String message) {
        return new ApiRefusal(404, "NotFound", message, Map.of());
    }

    static ApiRefusal notAllowed(String message) {
        return new ApiRefusal(405, "MethodNotAllowed", message, Map.of());
    }

    static ApiRefusal invalid(String kind, String group, String name, String causes) {
        return new ApiRefusal(
                422,
                "Invalid",
                kind + "." + group + " \"" + name + "\" is invalid: " + causes,
                Map.of("name", name, "group", group, "kind", kind));
    }

    static ApiRefusal conflict(String message) {
        return new ApiRefusal(409, "Conflict", message, Map.of());
    }

    static ApiRefusal badRequest(String message) {
        return new ApiRefusal(400, "BadRequest", message, Map.of());
    }

    private static Map<String, Object> details(ApiResource resource, String name) {
        var details = new LinkedHashMap<String, Object>();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.plural());
        return details;
    }

    Answer answer() {
        var status = new LinkedHashMap<String, Object>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        status.put("metadata", Map.of());
        status.put("status", "Failure");
        status.put("message", String.valueOf(getMessage()));
        status.put("reason", reason);
        status.put("details", details);
        status.put("code", code);
        return Answer.json(code, status);
    }
}
