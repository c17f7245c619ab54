package io.podidentity.emulator.http;

/** What a server says. Must be thread-safe. */
@FunctionalInterface
public interface Endpoint {

    /**
     * Answers one request.
     *
     * @throws IllegalArgumentException if the request cannot be read; the server then answers 400
     */
    Answer answer(Request request);
}
