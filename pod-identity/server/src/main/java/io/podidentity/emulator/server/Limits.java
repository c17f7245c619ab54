package io.podidentity.emulator.server;

import java.time.Duration;

/**
 * How much of a server one client can take.
 *
 * @param head of a request's first line, of its headers and of its trailers, each alone and without line ends, in bytes
 * @param body of a request, in bytes
 * @param connections at a time; one more closes the one that has waited longest for its request, or itself if there is
 *     none
 * @param requestTime from when the server is ready for a request until it has it whole
 * @since 0.1.0
 */
public record Limits(int head, int body, int connections, Duration requestTime) {

    /** For clients that mean well; no request to Azure that is played here comes near them. */
    public static final Limits OF_THE_EMULATOR = new Limits(64 << 10, 1 << 20, 2_000, Duration.ofMinutes(1));

    /** The same, for clients that put blobs whole. */
    public static final Limits OF_STORAGE = new Limits(64 << 10, 64 << 20, 2_000, Duration.ofMinutes(1));
}
