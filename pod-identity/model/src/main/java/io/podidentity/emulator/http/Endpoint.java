// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

/**
 * What a server says. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Endpoint {

    /**
     * Answers one request.
     *
     * @throws IllegalArgumentException if the request cannot be read; the server then answers 400
     */
    Answer answer(Request request);
}
