package io.podidentity.emulator.http;

/** Receives every request when its answer begins, both of which may hold secrets. Must be thread-safe. */
@FunctionalInterface
public interface RequestListener {

    /** Records one request to the server of that name. */
    void seen(String server, Request request, Answer answer);
}
