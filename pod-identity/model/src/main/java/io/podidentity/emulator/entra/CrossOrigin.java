// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;

/**
 * Which answers a page of another origin may read: as with Entra ID, the documents that anybody may have, and the
 * tokens of single-page applications.
 */
final class CrossOrigin {

    private static final String ORIGIN = "Origin";
    private static final String ALLOWED_ORIGIN = "Access-Control-Allow-Origin";

    private CrossOrigin() {}

    /** Whether a page in a browser has sent the request. */
    static boolean isFromPage(Request request) {
        return request.header(ORIGIN).isPresent();
    }

    /** The answer to a browser that asks what a page may send. */
    static Answer preflight(Request request) {
        return Answer.empty(200)
                .with(ALLOWED_ORIGIN, request.header(ORIGIN).orElse("*"))
                .with("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
                .with(
                        "Access-Control-Allow-Headers",
                        request.header("Access-Control-Request-Headers").orElse("*"))
                .with("Access-Control-Max-Age", "86400");
    }

    /** Lets the page that has sent the request read the answer, if the answer is open to others. */
    static Answer allow(Answer answer, EntraPage asked, Request request) {
        if (!asked.isOpen || !isFromPage(request)) {
            return answer;
        }
        return answer.with(ALLOWED_ORIGIN, request.header(ORIGIN).orElse("*"));
    }
}
