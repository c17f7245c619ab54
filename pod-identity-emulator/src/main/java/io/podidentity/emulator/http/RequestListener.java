package io.podidentity.emulator.http;

/** Receives every request when its answer begins. Must be thread-safe. */
@FunctionalInterface
public interface RequestListener {

    /**
     * Records one request.
     *
     * @param query the query with secrets redacted, empty if there is none
     */
    void seen(String server, String method, String path, String query, int status);
}
