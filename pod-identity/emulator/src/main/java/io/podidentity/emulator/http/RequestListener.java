package io.podidentity.emulator.http;

/** Receives every request when its answer begins, both of which may hold secrets. Must be thread-safe. */
@FunctionalInterface
public interface RequestListener {

    void seen(String server, Request request, Answer answer);
}
