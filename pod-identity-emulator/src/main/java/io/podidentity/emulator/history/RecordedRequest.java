package io.podidentity.emulator.history;

/**
 * A request that the emulator has seen. Holds no headers and no body; secrets in path and query are replaced by
 * {@code REDACTED}. Immutable.
 *
 * @param server {@code imds}, {@code entra} or {@code storage}
 * @param method the HTTP method
 * @param path the path, percent-encoded as it came
 * @param query the query, percent-encoded as it came; empty if there is none
 * @param status the HTTP status of the answer
 */
public record RecordedRequest(String server, String method, String path, String query, int status) {

    /** One line, such as {@code imds GET /metadata/identity/oauth2/token?resource=… 200}. */
    @Override
    public String toString() {
        return server + " " + method + " " + path + (query.isEmpty() ? "" : "?" + query) + " " + status;
    }
}
