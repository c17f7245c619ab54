// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.history;

import java.time.Instant;

/**
 * A request that the emulator has seen, and its answer. Holds no headers and no body; secrets in path and query are
 * replaced by {@code REDACTED}. Immutable.
 *
 * @param at on the clock of the tokens
 * @param server {@code imds}, {@code nmi}, {@code entra} or {@code storage}
 * @param pod who asked, {@code namespace/name}, or the subject of its assertion; empty if the request does not tell,
 *     such as one with a token of Entra ID as its assertion
 * @param identity the client ID that it asked with or for, or that of its token; empty if the request does not tell
 * @param blueprint the client ID of the blueprint, if the identity is an agent's; empty for all others
 * @param method the HTTP method
 * @param path the path, percent-encoded as it came
 * @param query the query, percent-encoded as it came; empty if there is none
 * @param status the HTTP status of the answer, 0 for none
 * @param reason what a refusal said, or how long the answer is held back; empty for an answer as usual
 * @since 0.1.0
 */
public record RecordedRequest(
        Instant at,
        String server,
        String pod,
        String identity,
        String blueprint,
        String method,
        String path,
        String query,
        int status,
        String reason) {

    /** One line, such as {@code imds GET /metadata/identity/oauth2/token?resource=… 200}. */
    @Override
    public String toString() {
        return server + " " + method + " " + path + (query.isEmpty() ? "" : "?" + query) + " " + status;
    }
}
