package io.podidentity.emulator.server;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;

/**
 * Receives every request when its answer begins, both of which may hold secrets. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RequestListener {

    void seen(String server, Request request, Answer answer);
}
