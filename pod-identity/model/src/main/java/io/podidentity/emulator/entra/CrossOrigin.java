package io.podidentity.emulator.entra;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.util.Set;

/**
 * Which answers a page of another origin may read: as with Entra ID, the documents that anybody may have, and the
 * tokens of single-page applications.
 */
final class CrossOrigin {

    private static final String ORIGIN = "Origin";
    private static final String ALLOWED_ORIGIN = "Access-Control-Allow-Origin";

    private static final Set<String> OPEN = Set.of(
            "discovery/instance",
            "discovery/keys",
            "discovery/v2.0/keys",
            ".well-known/openid-configuration",
            "v2.0/.well-known/openid-configuration",
            "oauth2/v2.0/token");

    private CrossOrigin() {}

    /** @param path below the tenant */
    static boolean isOpen(String path) {
        return OPEN.contains(path);
    }

    /** Whether a page in a browser has sent the request. */
    static boolean isFromPage(Request request) {
        return request.header(ORIGIN).isPresent();
    }

    static Answer preflight(Request request) {
        return Answer.empty(200)
                .with(ALLOWED_ORIGIN, request.header(ORIGIN).orElse("*"))
                .with("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                .with(
                        "Access-Control-Allow-Headers",
                        request.header("Access-Control-Request-Headers").orElse("*"))
                .with("Access-Control-Max-Age", "86400");
    }

    static Answer allow(Answer answer, String path, Request request) {
        return isOpen(path) && isFromPage(request)
                ? answer.with(ALLOWED_ORIGIN, request.header(ORIGIN).orElse("*"))
                : answer;
    }
}
