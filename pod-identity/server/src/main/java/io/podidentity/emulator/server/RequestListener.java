// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;

/**
 * Receives each request that an endpoint has answered, before a delay of the answer and before its first byte. Request
 * and answer may hold secrets. A malformed request is not among them. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RequestListener {

    void seen(String server, Request request, Answer answer);
}
