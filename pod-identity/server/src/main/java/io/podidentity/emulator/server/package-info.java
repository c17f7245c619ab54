/**
 * A small HTTP/1.1 server on loopback, with limits for each client.
 *
 * <p>Start at {@code LoopbackServer}, which accepts connections. {@code Conversation} answers the requests of one
 * connection.
 */
@NullMarked
package io.podidentity.emulator.server;

import org.jspecify.annotations.NullMarked;
