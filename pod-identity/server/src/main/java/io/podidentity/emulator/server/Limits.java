// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import java.time.Duration;

/**
 * How much of a server one client can take.
 *
 * @param head of a request's first line, of its headers and of its trailers, each bounded on its own and without line
 *     ends, in bytes
 * @param body of a request, in bytes
 * @param connections at a time; one more closes the one that has waited longest for its request, or itself if there is
 *     none
 * @param ofOneClient connections of one address that wait for their request, at most three quarters of all; one more
 *     closes the oldest of them
 * @param requestTime from when the server is ready for a request until it has it whole
 * @since 0.1.0
 */
public record Limits(int head, int body, int connections, int ofOneClient, Duration requestTime) {

    /** Three quarters for one address, the most it can have, since clients on loopback all have the same one. */
    public Limits(int head, int body, int connections, Duration requestTime) {
        this(head, body, connections, connections, requestTime);
    }

    /** For clients that mean well; no request to Azure that is played here comes near them. */
    public static final Limits OF_THE_EMULATOR = new Limits(64 << 10, 1 << 20, 2_000, Duration.ofMinutes(1));

    /** The same, for clients that put blobs whole. */
    public static final Limits OF_STORAGE = new Limits(64 << 10, 64 << 20, 2_000, Duration.ofMinutes(1));

    /**
     * For the pods of a cluster, of which none may take the server from the others, in a container of 320 MiB. A
     * connection over TLS takes up to 200 kB there, and pods can open all that two servers accept.
     */
    public static final Limits OF_A_CLUSTER = new Limits(64 << 10, 4 << 20, 100, 40, Duration.ofSeconds(30));

    /** The same for the nodes of a cluster, each of which asks for all its pods, and bounds them. */
    public static final Limits OF_NODES = new Limits(64 << 10, 1 << 20, 400, 400, Duration.ofMinutes(1));
}
